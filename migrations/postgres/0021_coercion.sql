-- Since when there are grounds for coercion in a case on which nothing was decided: coercion follows within 10 days (L106 Art. 66.4).
ALTER TABLE enforcement_case ADD COLUMN coercion_date TEXT COLLATE "C";
