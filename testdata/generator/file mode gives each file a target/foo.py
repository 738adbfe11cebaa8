import runnable
