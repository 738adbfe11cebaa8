import lib
if __name__ == "__main__":
    lib.run()
