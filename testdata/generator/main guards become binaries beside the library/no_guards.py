def main():
    if __name__ == "__main__":
        pass
if (__name__ == "__main__"):
    pass
if __name__ == "__main__" and True:
    pass
if __name__ in ("__main__",):
    pass
