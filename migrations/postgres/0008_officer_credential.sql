-- Whose own a certificate is, if it is an officer's (purpose OFFICER).

ALTER TABLE credential ADD COLUMN officer TEXT COLLATE "C";
