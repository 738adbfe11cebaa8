"""Says
import nothing
"""
