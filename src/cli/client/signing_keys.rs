//! `lienthong signing-keys`: what is in a token, and the URI by which `--seal-key` and `--officer-key` name each key.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::key_place::{no_module, pin, token_failure};
use super::print::{Lines, OutputArgs};
use crate::cli::failure::Failure;
use crate::client::pkcs11::uri::TokenUri;
use crate::client::pkcs11::{Listed, ListedKey, Module};
use crate::domain::time::Timestamp;
use crate::evidence::digest::{hex, sha256};
use crate::evidence::jws::Algorithm;

/// See the command's help.
#[derive(Debug, Args)]
pub(in crate::cli) struct SigningKeys {
    /// Token cần xem: as in `pkcs11:token=LABEL`; without it every token of the module. A PIN is given to one token only.
    #[arg(value_name = "pkcs11:…", default_value = "pkcs11:")]
    token: TokenUri,
    /// Thư viện PKCS#11 của nhà cung cấp token: the maker's module, a .so file.
    #[arg(long, env = "LIENTHONG_PKCS11_MODULE", value_name = "FILE")]
    pkcs11_module: Option<PathBuf>,
    /// Tệp chứa mã PIN: or `LIENTHONG_TOKEN_PIN` in the environment. Without a PIN most tokens show certificates alone.
    #[arg(long, env = "LIENTHONG_TOKEN_PIN_FILE", value_name = "FILE")]
    token_pin_file: Option<PathBuf>,
    #[command(flatten)]
    output: OutputArgs,
}

impl SigningKeys {
    pub(super) fn run(self) -> Result<(), Failure> {
        let setting = self.pkcs11_module.as_deref().or(self.token.module.as_deref());
        let module = setting.ok_or_else(no_module)?;
        let pin_file = self.token_pin_file.as_deref().or(self.token.pin_file.as_deref());
        let pin = pin("token", pin_file)?;
        let failed = |fault| token_failure("--pkcs11-module", &fault);
        let tokens = Module::load(module).map_err(failed)?;
        let tokens = tokens.list(&self.token, pin.as_deref()).map_err(failed)?;
        self.output.print(
            || tokens.iter().map(token).collect(),
            || {
                let mut text = Lines::default();
                for token in &tokens {
                    lines(token, &mut text);
                }
                text.finish()
            },
        );
        Ok(())
    }
}

fn token(token: &Listed) -> Value {
    let keys: Vec<Value> = token.keys.iter().map(|key| self::key(token, key)).collect();
    json!({ "token": token.label, "serial": token.serial, "slot": token.slot, "keys": keys })
}

fn key(token: &Listed, key: &ListedKey) -> Value {
    let certificate = key.certificate.as_deref().map(|der| {
        let (subject, not_after) = read(der);
        json!({ "sha256": hex(&sha256(der)), "subject": subject, "not_after": not_after })
    });
    json!({
        "label": key.label,
        "id": id(key),
        "private_key": key.is_private_key,
        "alg": key.algorithm.map(Algorithm::as_str),
        "certificate": certificate,
        "uri": token.uri(key),
    })
}

/// Whose a certificate is, and until when it is valid.
fn read(der: &[u8]) -> (Option<String>, Option<String>) {
    let Ok((_, certificate)) = X509Certificate::from_der(der) else {
        return (None, None);
    };
    let seconds = certificate.validity().not_after.timestamp();
    let not_after = Timestamp::from_micros(seconds.saturating_mul(1_000_000)).to_rfc3339();
    (Some(certificate.subject().to_string()), Some(not_after))
}

fn id(key: &ListedKey) -> String {
    key.id
        .iter()
        .fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

fn lines(token: &Listed, lines: &mut Lines) {
    lines.add(
        "Token",
        &format!("{} (serial {}, slot {})", token.label, token.serial, token.slot),
    );
    for key in &token.keys {
        let algorithm = key.algorithm.map(Algorithm::as_str).unwrap_or_default();
        let name = if key.is_private_key {
            "  Khóa / key"
        } else {
            "  Chứng thư số / certificate"
        };
        lines.add(name, &format!("{} {algorithm}", key.label));
        lines.add("    URI", &token.uri(key));
        if let Some((Some(subject), Some(not_after))) = key.certificate.as_deref().map(read) {
            lines.add(
                "    Chứng thư số / certificate",
                &format!("{subject}, đến / until {not_after}"),
            );
        }
    }
}
