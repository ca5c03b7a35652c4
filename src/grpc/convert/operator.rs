//! What operators did, on the wire.

use lienthong_proto::v1;
use serde_json::Value;

use super::time;
use crate::app::operator::OperatorEntry;
use crate::domain::error::{Error, Result};
use crate::domain::operator::{Facts, OsUser};
use crate::domain::time::Timestamp;

/// One action.
pub(crate) fn action(entry: &OperatorEntry) -> Result<v1::OperatorAction> {
    let details = &entry.line.details;
    Ok(v1::OperatorAction {
        log_index: entry.log_index,
        enter_time: Some(time(entry.hub_time)),
        done_time: Some(time(Timestamp::from_micros(details.done_time))),
        id: entry.line.id.to_string(),
        action: entry.line.action().to_string(),
        user: Some(user(&details.by)),
        program_version: details.program_version.clone(),
        facts: facts(&details.facts)?,
    })
}

fn user(user: &OsUser) -> v1::OperatingSystemUser {
    v1::OperatingSystemUser {
        uid: user.uid,
        name: user.name.clone().unwrap_or_default(),
        login_uid: user.login_uid,
        login_name: user.login_name.clone().unwrap_or_default(),
    }
}

/// The members of what is said, each as text.
fn facts(facts: &Facts) -> Result<Vec<v1::OperatorFact>> {
    let said = serde_json::to_value(facts).map_err(Error::internal)?;
    let members = said.as_object().and_then(|said| said.values().next());
    let members = members.and_then(Value::as_object).into_iter().flatten();
    let told = members.filter_map(|(name, value)| {
        let value = match value {
            Value::Null => return None,
            Value::String(text) => text.clone(),
            Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
        };
        Some(v1::OperatorFact {
            name: name.clone(),
            value,
        })
    });
    Ok(told.collect())
}
