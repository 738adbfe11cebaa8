import lib
import unittest
