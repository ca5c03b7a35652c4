-- Entries of type 15 (suspensions of clocks) are few among millions, and read with every batch of the ledger.
CREATE INDEX event_suspension ON event (log_index) WHERE entry_type = 15;
