from contextvars import ContextVar

current_app = ContextVar("current_app")
