//! `lienthong config show`.

use clap::Args;
use serde_json::{Map, Value, json};

use super::fault::failure;
use super::options::Options;
use super::resolve::{Held, Resolved, shown};
use crate::cli::client::print::OutputArgs;
use crate::cli::failure::Failure;
use crate::evidence::digest::hex;

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct Show {
    /// Nguồn của mỗi giá trị: where each value came from: default, file and line, environment variable, or option.
    #[arg(long)]
    origin: bool,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    options: Options,
}

impl Show {
    pub(super) fn run(self) -> Result<(), Failure> {
        let (resolved, faults) = self.options.resolve_all()?;
        self.output.print(
            || resolved.0.iter().map(|held| json_of(held, self.origin)).collect(),
            || table_of(&resolved.0, self.origin) + &digest_line(&resolved),
        );
        if faults.is_empty() {
            Ok(())
        } else {
            Err(failure(&faults))
        }
    }
}

/// What the log says of these settings when a hub starts with them.
fn digest_line(resolved: &Resolved) -> String {
    format!("\nSHA-256 trong nhật ký / in the log: {}\n", hex(&resolved.digest()))
}

fn value_of(held: &Held) -> Option<String> {
    held.value.as_deref().map(|value| shown(held.setting, value))
}

fn json_of(held: &Held, with_origin: bool) -> Value {
    let mut members = Map::new();
    members.insert("setting".to_owned(), json!(held.setting.key()));
    members.insert("value".to_owned(), json!(value_of(held)));
    if with_origin {
        members.insert("origin".to_owned(), json!(held.origin.name(held.setting)));
    }
    Value::Object(members)
}

fn table_of(held: &[Held], with_origin: bool) -> String {
    let rows: Vec<(String, String, String)> = held
        .iter()
        .map(|held| {
            let value = value_of(held).unwrap_or_else(|| "-".to_owned());
            (held.setting.key(), value, held.origin.name(held.setting))
        })
        .collect();
    let width = |text: fn(&(String, String, String)) -> &str| {
        rows.iter()
            .map(|row| text(row).chars().count())
            .max()
            .unwrap_or_default()
    };
    let (keys, values) = (width(|row| &row.0), width(|row| &row.1));
    rows.iter()
        .map(|(key, value, origin)| {
            if with_origin {
                format!("{key:keys$}  {value:values$}  {origin}\n")
            } else {
                format!("{key:keys$}  {value}\n")
            }
        })
        .collect()
}
