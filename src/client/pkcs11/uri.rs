//! Which key of which token: a URI of RFC 7512, for example `pkcs11:token=Con%20dau;object=seal?module-path=/usr/lib/x.so`.
//! A PIN never stands in it: other processes can read a program's arguments.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::str::FromStr;

/// The scheme.
pub const SCHEME: &str = "pkcs11:";

/// A key in a token. What is left out may be anything, as long as one thing alone fits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TokenUri {
    /// Label of the token.
    pub token: Option<String>,
    /// Its serial number.
    pub serial: Option<String>,
    /// Its maker.
    pub manufacturer: Option<String>,
    /// Its model.
    pub model: Option<String>,
    /// The slot that it is in.
    pub slot: Option<u64>,
    /// Label of the key.
    pub object: Option<String>,
    /// Id of the key (`CKA_ID`).
    pub id: Option<Vec<u8>>,
    /// The module's file.
    pub module: Option<PathBuf>,
    /// The file with the PIN.
    pub pin_file: Option<PathBuf>,
}

/// Why a text is no such URI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UriFault {
    /// It does not begin with `pkcs11:`.
    Scheme,
    /// An attribute is unknown, stands twice or has no right value.
    Attribute(String),
    /// It holds a PIN.
    Pin,
}

impl std::fmt::Display for UriFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Scheme => f.write_str("phải bắt đầu bằng pkcs11: / must begin with pkcs11:"),
            Self::Attribute(name) => write!(
                f,
                "thuộc tính {name} không được biết, lặp lại hoặc sai giá trị / the attribute {name} is unknown, stands twice or has a \
                 wrong value"
            ),
            Self::Pin => f.write_str(
                "không được ghi PIN trong URI; hãy dùng tệp hoặc biến môi trường / a PIN must not stand in the URI; use a file or the \
                 environment",
            ),
        }
    }
}

impl std::error::Error for UriFault {}

impl FromStr for TokenUri {
    type Err = UriFault;

    fn from_str(text: &str) -> Result<Self, UriFault> {
        let rest = text.strip_prefix(SCHEME).ok_or(UriFault::Scheme)?;
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let mut uri = Self::default();
        for attribute in parts(path, ';').chain(parts(query, '&')) {
            let (name, value) = attribute.split_once('=').unwrap_or((attribute, ""));
            if name == "pin-value" {
                return Err(UriFault::Pin);
            }
            uri.set(name, value)
                .ok_or_else(|| UriFault::Attribute(name.to_owned()))?;
        }
        Ok(uri)
    }
}

fn parts(text: &str, separator: char) -> impl Iterator<Item = &str> {
    text.split(separator).filter(|part| !part.is_empty())
}

impl TokenUri {
    fn set(&mut self, name: &str, value: &str) -> Option<()> {
        let bytes = decode(value).filter(|bytes| !bytes.is_empty())?;
        let text = || String::from_utf8(bytes.clone()).ok();
        match name {
            "token" => once(&mut self.token, text()?),
            "serial" => once(&mut self.serial, text()?),
            "manufacturer" => once(&mut self.manufacturer, text()?),
            "model" => once(&mut self.model, text()?),
            "slot-id" => once(&mut self.slot, text()?.parse().ok()?),
            "object" => once(&mut self.object, text()?),
            "id" => once(&mut self.id, bytes),
            "module-path" => once(&mut self.module, text()?.into()),
            "pin-source" => {
                let source = text()?;
                let file = source.strip_prefix("file:").unwrap_or(&source);
                once(&mut self.pin_file, file.into())
            }
            "type" => (value == "private").then_some(()),
            _ => None,
        }
    }
}

fn once<T>(place: &mut Option<T>, value: T) -> Option<()> {
    place.replace(value).is_none().then_some(())
}

fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            decoded.push(byte);
            continue;
        }
        let digits = [bytes.next()?, bytes.next()?];
        let digits = std::str::from_utf8(&digits)
            .ok()
            .filter(|text| !text.starts_with('+'))?;
        decoded.push(u8::from_str_radix(digits, 16).ok()?);
    }
    Some(decoded)
}

/// A value as it stands in a URI.
pub fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._".contains(byte) {
            text.push(char::from(*byte));
        } else {
            // Writing into a string does not fail.
            write!(text, "%{byte:02X}").unwrap_or_default();
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_names_token_key_module_and_the_file_of_the_pin() {
        let text = "pkcs11:token=Con%20d%E1%BA%A5u;serial=1;slot-id=7;object=seal;id=%01%ab;type=private\
                    ?module-path=/usr/lib/x.so&pin-source=file:/etc/pin";
        let expected = TokenUri {
            token: Some("Con dấu".into()),
            serial: Some("1".into()),
            slot: Some(7),
            object: Some("seal".into()),
            id: Some(vec![1, 0xab]),
            module: Some("/usr/lib/x.so".into()),
            pin_file: Some("/etc/pin".into()),
            ..TokenUri::default()
        };
        assert_eq!(text.parse(), Ok(expected));
        assert_eq!("pkcs11:".parse(), Ok(TokenUri::default()));
    }

    #[test]
    fn a_pin_and_what_is_unknown_or_said_twice_is_refused_by_name() {
        assert_eq!("pkcs11:token=a?pin-value=1".parse::<TokenUri>(), Err(UriFault::Pin));
        assert_eq!("pkcs12:".parse::<TokenUri>(), Err(UriFault::Scheme));
        for (text, name) in [
            ("pkcs11:tokem=a", "tokem"),
            ("pkcs11:token=a;token=b", "token"),
            ("pkcs11:token=", "token"),
            ("pkcs11:id=%0", "id"),
            ("pkcs11:id=%+1", "id"),
            ("pkcs11:slot-id=x", "slot-id"),
            ("pkcs11:type=public", "type"),
        ] {
            assert_eq!(
                text.parse::<TokenUri>(),
                Err(UriFault::Attribute(name.into())),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_encoded_is_read_back() {
        let label = "Con dấu; 1/2?&=%";
        let uri = format!("pkcs11:object={}", encode(label.as_bytes()));
        assert_eq!(
            uri.parse::<TokenUri>().map(|uri| uri.object),
            Ok(Some(label.to_owned()))
        );
    }
}
