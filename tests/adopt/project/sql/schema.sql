CREATE TABLE seed (id INT);
