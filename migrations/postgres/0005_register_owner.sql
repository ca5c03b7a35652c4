-- A line of a register stays in the book of the agency that registered it when a successor takes over the request.

ALTER TABLE enforcement_request ADD COLUMN registered_by TEXT COLLATE "C";
-- Who was the recipient when it was registered: the first that passed it on since, or the recipient of now.
UPDATE enforcement_request SET registered_by = COALESCE(
    (SELECT e.details::json -> 'succession' ->> 'from' FROM event e
     WHERE e.subject = enforcement_request.id AND e.action = 'succeed' AND e.details::json -> 'succession' ->> 'party' = 'RECIPIENT'
       AND e.version > (SELECT MIN(n.version) FROM event n WHERE n.subject = enforcement_request.id
                        AND n.hub_time = enforcement_request.registered_time
                        AND n.details::json ->> 'registry_number' IS NOT NULL)
     ORDER BY e.version LIMIT 1),
    recipient)
WHERE registry_number IS NOT NULL;
DROP INDEX enforcement_request_by_register;
DROP INDEX enforcement_request_by_registry_number;
CREATE INDEX enforcement_request_by_register ON enforcement_request (registered_by, register, registered_time, id)
    WHERE register IS NOT NULL;
CREATE INDEX enforcement_request_by_registry_number ON enforcement_request (registered_by, registry_number)
    WHERE registry_number IS NOT NULL;
