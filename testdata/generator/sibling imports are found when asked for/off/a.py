import b
import typing
