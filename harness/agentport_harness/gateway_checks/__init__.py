"""What a conforming gateway does, one check per file; the file's place here is all the registration there is."""
