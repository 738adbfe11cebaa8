WHO = "the repository"
