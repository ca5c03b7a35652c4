//! Where a key to sign with is: in a file, or in a token. Tokens are opened only when something is signed: a wrong PIN must not
//! be tried by every command.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use serde::Deserialize;

use crate::cli::args::read_text;
use crate::cli::failure::Failure;
use crate::client::pkcs11::uri::{SCHEME, TokenUri, UriFault};
use crate::client::pkcs11::{Module, TokenFault};
use crate::client::pki::KeyedCertificate;
use crate::client::signing::{Signer, SigningError};

/// The place of a private key.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub(super) enum KeyPlace {
    File(PathBuf),
    Token(Box<TokenUri>),
}

impl FromStr for KeyPlace {
    type Err = UriFault;

    fn from_str(text: &str) -> Result<Self, UriFault> {
        if text.starts_with(SCHEME) {
            text.parse().map(|uri| Self::Token(Box::new(uri)))
        } else {
            Ok(Self::File(text.into()))
        }
    }
}

impl TryFrom<String> for KeyPlace {
    type Error = UriFault;

    fn try_from(text: String) -> Result<Self, UriFault> {
        text.parse()
    }
}

impl KeyPlace {
    /// The files that it names stand beside the one in `folder`.
    pub(super) fn beside(&mut self, folder: &Path) {
        let files = match self {
            Self::File(file) => [Some(file), None],
            Self::Token(uri) => [uri.module.as_mut(), uri.pin_file.as_mut()],
        };
        for file in files.into_iter().flatten() {
            *file = folder.join(&*file);
        }
    }
}

/// One who signs, as far as it is stated.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stated<'a> {
    /// `seal` or `officer`: how its options begin.
    pub(super) whose: &'static str,
    pub(super) certificate: Option<&'a Path>,
    pub(super) key: Option<&'a KeyPlace>,
    pub(super) pin_file: Option<&'a Path>,
    pub(super) module: Option<&'a Path>,
}

impl Stated<'_> {
    /// Opens it; `None` if nothing is stated.
    pub(super) fn signer(self) -> Result<Option<Signer>, Failure> {
        let whose = self.whose;
        match (self.certificate, self.key) {
            (None, None) => Ok(None),
            (Some(_), None) => Err(self.missing("key")),
            (None, Some(KeyPlace::File(_))) => Err(self.missing("cert")),
            (certificate, Some(KeyPlace::Token(uri))) => self.in_token(uri, certificate).map(Some),
            (Some(certificate), Some(KeyPlace::File(key))) => {
                let keys = KeyedCertificate {
                    certificate: read_text(&format!("--{whose}-cert"), certificate)?,
                    key: read_text(&format!("--{whose}-key"), key)?,
                };
                Signer::of_file(&keys).map(Some).map_err(|error| self.unfit(&error))
            }
        }
    }

    fn in_token(self, uri: &TokenUri, certificate: Option<&Path>) -> Result<Signer, Failure> {
        let whose = self.whose;
        let failed = |fault: TokenFault| token_failure(&format!("--{whose}-key"), &fault);
        let module = uri.module.as_deref().or(self.module).ok_or_else(no_module)?;
        let pin = pin(whose, self.pin_file.or(uri.pin_file.as_deref()))?;
        let token = Module::load(module).map_err(failed)?;
        let token = token.open(uri, pin.as_deref()).map_err(|fault| self.no_pin(&fault))?;
        let (key, own_certificate) = token.key(uri).map_err(failed)?;
        let signer = match certificate {
            Some(certificate) => Signer::new(&read_text(&format!("--{whose}-cert"), certificate)?, Arc::new(key)),
            None => Signer::of_der(&own_certificate.map_err(failed)?, Arc::new(key)),
        };
        signer.map_err(|error| self.unfit(&error))
    }

    fn no_pin(self, fault: &TokenFault) -> Failure {
        let whose = self.whose;
        if *fault != TokenFault::NoPin {
            return token_failure(&format!("--{whose}-key"), fault);
        }
        let name = pin_variable(whose);
        Failure::configuration(
            format!("--{whose}-pin-file: token đòi mã PIN; hãy nêu tệp chứa PIN, hoặc đặt biến môi trường {name}"),
            format!(
                "--{whose}-pin-file: the token asks for a PIN; name a file with it, or set {name} in the environment"
            ),
        )
    }

    fn missing(self, half: &str) -> Failure {
        let whose = self.whose;
        Failure::configuration(
            format!("--{whose}-{half}: phải nêu cả --{whose}-cert và --{whose}-key"),
            format!("--{whose}-{half}: give both --{whose}-cert and --{whose}-key"),
        )
    }

    fn unfit(self, error: &SigningError) -> Failure {
        let (whose, vi) = (self.whose, words(error));
        Failure::configuration(
            format!("--{whose}-cert, --{whose}-key: {vi}"),
            format!("--{whose}-cert, --{whose}-key: {error}"),
        )
    }
}

/// No module is named.
pub(super) fn no_module() -> Failure {
    Failure::configuration(
        "--pkcs11-module: thiếu thư viện PKCS#11 của nhà cung cấp token (tệp .so); hoặc ghi module-path= trong URI",
        "--pkcs11-module: name the PKCS#11 library of the token's maker (a .so file), or module-path= in the URI",
    )
}

/// What a token did not do.
pub(super) fn token_failure(setting: &str, fault: &TokenFault) -> Failure {
    Failure::configuration(format!("{setting}: {}", fault.text_vi()), format!("{setting}: {fault}"))
}

fn pin_variable(whose: &str) -> String {
    format!("LIENTHONG_{}_PIN", whose.to_ascii_uppercase())
}

/// The PIN of the file, or of the environment: never an argument, which other processes can read.
#[expect(
    clippy::disallowed_methods,
    reason = "clap would make an argument of it, and a PIN must not be one"
)]
pub(super) fn pin(whose: &str, file: Option<&Path>) -> Result<Option<String>, Failure> {
    match file {
        Some(file) => {
            let text = read_text(&format!("--{whose}-pin-file"), file)?;
            Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned()))
        }
        None => Ok(std::env::var(pin_variable(whose)).ok()),
    }
}

/// What is wrong with signing, Vietnamese.
pub(super) fn words(error: &SigningError) -> String {
    match error {
        SigningError::Certificate => "chứng thư số không phải PEM".to_owned(),
        SigningError::Key => "khóa phải là P-256 hoặc RSA từ 2.048 đến 4.096 bit, dạng PKCS #8 PEM".to_owned(),
        SigningError::Unfit(fault) => fault.text_vi().to_owned(),
        SigningError::Mismatch => "khóa không phải của chứng thư số này".to_owned(),
        SigningError::Refused(why) => format!("khóa không ký được: {why}"),
        SigningError::Token(fault) => fault.text_vi(),
        SigningError::TooLarge => "văn bản vượt quá 256 KiB".to_owned(),
    }
}
