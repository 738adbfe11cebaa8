# gazelle:include_dep //site_with_apps_and_commands/shop/management/commands:load
import importlib


def run(arguments):
    name = arguments[0] if arguments else "load"
    module = importlib.import_module(f"shop.management.commands.{name}")
    return module.Command().handle()
