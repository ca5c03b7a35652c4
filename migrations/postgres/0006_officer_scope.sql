-- How far an officer's rights go within the agency, and who submitted a request.

ALTER TABLE officer ADD COLUMN scope TEXT COLLATE "C" NOT NULL DEFAULT 'ALL';
ALTER TABLE enforcement_request ADD COLUMN sender_officer TEXT COLLATE "C";
ALTER TABLE enforcement_request ADD COLUMN sender_unit TEXT COLLATE "C";

-- The unit of each officer after each change: a request keeps the one that its officer had when it was submitted.
CREATE TABLE officer_unit (
    agency    TEXT COLLATE "C" NOT NULL,
    officer   TEXT COLLATE "C" NOT NULL,
    log_index BIGINT NOT NULL,
    unit      TEXT COLLATE "C",
    PRIMARY KEY (agency, officer, log_index)
);
INSERT INTO officer_unit (agency, officer, log_index, unit)
SELECT e.details::json -> 'officer' ->> 'agency', e.details::json -> 'officer' ->> 'id', e.log_index, e.details::json -> 'officer' ->> 'unit'
FROM event e WHERE e.entry_type = 2 AND e.details::json -> 'officer' ->> 'id' IS NOT NULL;
-- A successor of the sender has taken over the request without its officer.
UPDATE enforcement_request SET sender_officer = (SELECT e.officer FROM event e WHERE e.log_index = enforcement_request.submit_index)
WHERE NOT EXISTS (SELECT 1 FROM event e WHERE e.subject = enforcement_request.id AND e.action = 'succeed'
                  AND e.details::json -> 'succession' ->> 'party' = 'SENDER');
UPDATE enforcement_request SET sender_unit = (
    SELECT u.unit FROM officer_unit u
    WHERE u.agency = enforcement_request.sender AND u.officer = enforcement_request.sender_officer
      AND u.log_index < enforcement_request.submit_index
    ORDER BY u.log_index DESC LIMIT 1)
WHERE sender_officer IS NOT NULL;
DROP TABLE officer_unit;
