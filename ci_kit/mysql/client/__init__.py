"""The client side of a server: logins, sessions, SQL, and the types that every kind of server fulfils."""
