//! The SQL texts of webhooks.

use super::backend::Sql;
use super::sql::{in_list, texts};

macro_rules! endpoint_columns {
    () => {
        "w.id, w.agency, w.url, w.lanes, w.actions, w.signing, w.keys, w.state, w.reason, w.registered_time, w.update_time, \
         w.version"
    };
}

/// Lanes `c` of endpoints `w` that are enabled, of agencies that may act, with entries that were not sent.
macro_rules! waiting {
    () => {
        "webhook_cursor c JOIN webhook_endpoint w ON w.id = c.endpoint_id JOIN agency a ON a.code = w.agency \
         JOIN mailbox_head h ON h.agency = w.agency AND h.lane = c.lane \
         WHERE w.state = 'ENABLED' AND NOT a.suspended AND h.last_position > c.position"
    };
}

texts! {
    WEBHOOKS_OF_AGENCIES = in_list!(
        concat!("SELECT ", endpoint_columns!(), " FROM webhook_endpoint w WHERE w.state <> 'REMOVED' AND w.agency IN "),
        " ORDER BY w.registered_time, w.id"
    );
    WEBHOOK_BY_ID = Sql::both(concat!("SELECT ", endpoint_columns!(), " FROM webhook_endpoint w WHERE w.id = $1"));
    WEBHOOK_KEYS = Sql::both("SELECT endpoint_id, number, master, wrapped FROM webhook_key WHERE endpoint_id = $1");
    WEBHOOK_CURSORS = in_list!(
        "SELECT endpoint_id, lane, position, failed, next_time FROM webhook_cursor WHERE endpoint_id IN ",
        " ORDER BY endpoint_id, lane"
    );
    // Whoever waits longest comes first.
    WEBHOOKS_DUE = Sql::both(concat!(
        "SELECT c.endpoint_id, c.lane, c.position, c.failed, c.next_time FROM ", waiting!(),
        " AND c.next_time <= $1 AND c.lease_until <= $1 ORDER BY c.next_time, c.endpoint_id, c.lane LIMIT $2"
    ));
    WEBHOOK_CLAIM = Sql::both(
        "UPDATE webhook_cursor SET lease_owner = $1, lease_until = $2 WHERE endpoint_id = $3 AND lane = $4 \
         AND lease_until <= $5 AND next_time <= $5 RETURNING endpoint_id, lane, position, failed, next_time"
    );
    WEBHOOK_SETTLE = Sql::both(
        "UPDATE webhook_cursor SET position = $1, failed = $2, next_time = $3, lease_owner = '', lease_until = 0 \
         WHERE endpoint_id = $4 AND lane = $5 AND lease_owner = $6 RETURNING position"
    );
    // Whoever is at work on it may finish the call under way; what came of it moves the cursor no more.
    WEBHOOK_SEEK = Sql::both(
        "UPDATE webhook_cursor SET position = $1, failed = 0, next_time = 0, lease_owner = '', lease_until = 0 \
         WHERE endpoint_id = $2 AND lane = $3 RETURNING position"
    );
    WEBHOOK_REVIVE = Sql::both(
        "UPDATE webhook_cursor SET failed = 0, next_time = 0 WHERE endpoint_id = $1 RETURNING position"
    );
    WEBHOOK_FORGET_KEYS = Sql::both("DELETE FROM webhook_key WHERE endpoint_id = $1 AND number < $2 RETURNING number");
    WEBHOOK_FORGET_CURSORS = Sql::both("DELETE FROM webhook_cursor WHERE endpoint_id = $1 RETURNING position");
    WEBHOOK_FORGET_DELIVERIES = Sql::both("DELETE FROM webhook_delivery WHERE endpoint_id = $1 RETURNING position");
    WEBHOOK_RECORD = Sql::both(
        "INSERT INTO webhook_delivery (endpoint_id, lane, position, log_index, delivered, attempts, first_time, last_time, \
         outcome, status) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (endpoint_id, lane, position) DO UPDATE SET \
         delivered = (webhook_delivery.delivered OR excluded.delivered), \
         attempts = webhook_delivery.attempts + excluded.attempts, last_time = excluded.last_time, \
         outcome = excluded.outcome, status = excluded.status RETURNING position"
    );
    // $2 and $3: after which entry and lane; $4: all, or only what has not arrived.
    WEBHOOK_DELIVERIES = Sql::both(
        "SELECT endpoint_id, lane, position, log_index, delivered, attempts, first_time, last_time, outcome, status \
         FROM webhook_delivery WHERE endpoint_id = $1 AND (log_index < $2 OR (log_index = $2 AND lane > $3)) \
         AND ($4 OR NOT delivered) ORDER BY log_index DESC, lane LIMIT $5"
    );
    WEBHOOK_PRUNE = Sql::both("DELETE FROM webhook_delivery WHERE last_time < $1 RETURNING position");
    // Since when the first entry that was not sent waits.
    WEBHOOK_OLDEST = Sql::both(concat!(
        "SELECT MIN(e.hub_time) AS oldest FROM mailbox_entry m JOIN event e ON e.log_index = m.log_index JOIN ",
        "(SELECT w.agency AS agency, c.lane AS lane, c.position AS position FROM ", waiting!(), ") k ",
        "ON m.agency = k.agency AND m.lane = k.lane AND m.position = k.position + 1"
    ));
    WEBHOOK_STATES = Sql::both("SELECT state, COUNT(*) AS count FROM webhook_endpoint GROUP BY state ORDER BY state");
    WEBHOOK_OTHER_MASTERS = Sql::both(
        "SELECT endpoint_id, number, master, wrapped FROM webhook_key WHERE master <> $1 ORDER BY endpoint_id, number"
    );
}
