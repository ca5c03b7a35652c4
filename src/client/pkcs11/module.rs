//! A module, the tokens that it has, and what is in them.

use std::path::Path;

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::{Slot, TokenInfo};
use cryptoki::types::AuthPin;

use super::fault::{TokenFault, TriesLeft};
use super::key::TokenKey;
use super::uri::{SCHEME, TokenUri, encode};
use crate::evidence::jws::Algorithm;

/// A PKCS#11 library.
#[derive(Debug)]
pub struct Module(Pkcs11);

/// A token that is open; its user is logged in if there was a PIN.
#[derive(Debug)]
pub struct Token {
    module: Pkcs11,
    slot: Slot,
    session: Session,
}

/// A token with what can be seen in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its label.
    pub label: String,
    /// Its serial number.
    pub serial: String,
    /// Its slot.
    pub slot: u64,
    /// Its keys. Without a PIN most tokens show certificates alone.
    pub keys: Vec<ListedKey>,
}

/// A key, a certificate, or both by one id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListedKey {
    /// Its id.
    pub id: Vec<u8>,
    /// Its label.
    pub label: String,
    /// Whether the private key was seen.
    pub is_private_key: bool,
    /// What it signs with, if it is a key that can.
    pub algorithm: Option<Algorithm>,
    /// Its certificate, DER.
    pub certificate: Option<Vec<u8>>,
}

impl Listed {
    /// The URI that names a key of it.
    pub fn uri(&self, key: &ListedKey) -> String {
        let mut uri = format!(
            "{SCHEME}token={};serial={}",
            encode(self.label.as_bytes()),
            encode(self.serial.as_bytes())
        );
        if !key.id.is_empty() {
            uri.push_str(";id=");
            uri.push_str(&encode(&key.id));
        } else if !key.label.is_empty() {
            uri.push_str(";object=");
            uri.push_str(&encode(key.label.as_bytes()));
        }
        uri
    }
}

fn says(code: RvError, error: &Error) -> bool {
    matches!(error, Error::Pkcs11(said, _) if *said == code)
}

impl Module {
    /// Loads the library.
    ///
    /// # Errors
    /// [`TokenFault::Module`].
    pub fn load(path: &Path) -> Result<Self, TokenFault> {
        let no_module = |error: &Error| TokenFault::Module(error.to_string());
        let module = Pkcs11::new(path).map_err(|error| no_module(&error))?;
        match module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
            // Seal and officer may be in tokens of one module.
            Err(error) if !says(RvError::CryptokiAlreadyInitialized, &error) => Err(no_module(&error)),
            _ => Ok(Self(module)),
        }
    }

    fn tokens(&self, uri: &TokenUri) -> Result<Vec<(Slot, TokenInfo)>, TokenFault> {
        let is = |stated: &Option<String>, found: &str| stated.as_ref().is_none_or(|stated| stated == found.trim_end());
        let mut tokens = Vec::new();
        for slot in self.0.get_slots_with_initialized_token()? {
            let info = self.0.get_token_info(slot)?;
            let fits = is(&uri.token, info.label())
                && is(&uri.serial, info.serial_number())
                && is(&uri.manufacturer, info.manufacturer_id())
                && is(&uri.model, info.model())
                && uri.slot.is_none_or(|stated| stated == slot.id());
            if fits {
                tokens.push((slot, info));
            }
        }
        Ok(tokens)
    }

    /// Opens the one token that the URI names, with a PIN if there is one. A PIN is never tried at several tokens.
    ///
    /// # Errors
    /// [`TokenFault`].
    pub fn open(&self, uri: &TokenUri, pin: Option<&str>) -> Result<Token, TokenFault> {
        let tokens = self.tokens(uri)?;
        let (slot, info) = match tokens.as_slice() {
            [] => return Err(TokenFault::NoToken),
            [one] => one,
            several => return Err(TokenFault::SeveralTokens(several.len())),
        };
        let session = self.0.open_ro_session(*slot)?;
        match pin {
            Some(pin) => self.log_in(&session, *slot, info, pin)?,
            None if info.login_required() => return Err(TokenFault::NoPin),
            None => {}
        }
        Ok(Token {
            module: self.0.clone(),
            slot: *slot,
            session,
        })
    }

    fn log_in(&self, session: &Session, slot: Slot, info: &TokenInfo, pin: &str) -> Result<(), TokenFault> {
        if info.user_pin_locked() {
            return Err(TokenFault::PinLocked);
        }
        let Err(error) = session.login(UserType::User, Some(&AuthPin::from(pin))) else {
            return Ok(());
        };
        if says(RvError::UserAlreadyLoggedIn, &error) {
            return Ok(());
        }
        let fault = TokenFault::of(&error);
        if !matches!(fault, TokenFault::WrongPin(_)) {
            return Err(fault);
        }
        Err(match self.0.get_token_info(slot) {
            Ok(now) if now.user_pin_locked() => TokenFault::PinLocked,
            Ok(now) if now.user_pin_final_try() => TokenFault::WrongPin(TriesLeft::One),
            Ok(now) if now.user_pin_count_low() => TokenFault::WrongPin(TriesLeft::Few),
            _ => fault,
        })
    }

    /// What is in the tokens that the URI names; with a PIN, in the one token.
    ///
    /// # Errors
    /// [`TokenFault`].
    pub fn list(&self, uri: &TokenUri, pin: Option<&str>) -> Result<Vec<Listed>, TokenFault> {
        let opened = pin.map(|pin| self.open(uri, Some(pin))).transpose()?;
        let mut listed = Vec::new();
        for (slot, info) in self.tokens(uri)? {
            let keys = match &opened {
                Some(token) => token.keys()?,
                None => keys(&self.0.open_ro_session(slot)?)?,
            };
            listed.push(Listed {
                label: info.label().trim_end().to_owned(),
                serial: info.serial_number().trim_end().to_owned(),
                slot: slot.id(),
                keys,
            });
        }
        Ok(listed)
    }
}

impl Token {
    fn keys(&self) -> Result<Vec<ListedKey>, TokenFault> {
        keys(&self.session)
    }

    /// The key that the URI names, and its certificate if the token has it.
    ///
    /// # Errors
    /// [`TokenFault`]; of the certificate apart from the key, since it may be in a file.
    pub fn key(self, uri: &TokenUri) -> Result<(TokenKey, Result<Vec<u8>, TokenFault>), TokenFault> {
        let mut asked = vec![Attribute::Class(ObjectClass::PRIVATE_KEY)];
        asked.extend(
            uri.object
                .as_ref()
                .map(|label| Attribute::Label(label.clone().into_bytes())),
        );
        asked.extend(uri.id.clone().map(Attribute::Id));
        let key = match self.session.find_objects(&asked)?.as_slice() {
            [] => return Err(TokenFault::NoKey),
            [one] => *one,
            several => return Err(TokenFault::SeveralKeys(several.len())),
        };
        let found = Described::of(&self.session, key)?;
        let certificate = self.certificate(&found.id);
        let algorithm = found.algorithm.ok_or(TokenFault::KeyType)?;
        let known = self.module.get_mechanism_list(self.slot)?;
        Ok((TokenKey::new(self.session, key, algorithm, &known)?, certificate))
    }

    fn certificate(&self, id: &[u8]) -> Result<Vec<u8>, TokenFault> {
        if id.is_empty() {
            return Err(TokenFault::NoCertificate);
        }
        let asked = [Attribute::Class(ObjectClass::CERTIFICATE), Attribute::Id(id.to_vec())];
        let one = match self.session.find_objects(&asked)?.as_slice() {
            [] => return Err(TokenFault::NoCertificate),
            [one] => *one,
            several => return Err(TokenFault::SeveralCertificates(several.len())),
        };
        Described::of(&self.session, one)?
            .value
            .ok_or(TokenFault::NoCertificate)
    }
}

/// What is said of an object.
#[derive(Default)]
struct Described {
    id: Vec<u8>,
    label: String,
    algorithm: Option<Algorithm>,
    value: Option<Vec<u8>>,
}

impl Described {
    fn of(session: &Session, object: ObjectHandle) -> Result<Self, TokenFault> {
        let asked = [
            AttributeType::Id,
            AttributeType::Label,
            AttributeType::KeyType,
            AttributeType::Class,
        ];
        let mut found = Self::default();
        let mut is_certificate = false;
        #[expect(clippy::wildcard_enum_match_arm, reason = "only these were asked for")]
        for attribute in session.get_attributes(object, &asked)? {
            match attribute {
                Attribute::Id(id) => found.id = id,
                Attribute::Label(label) => found.label = String::from_utf8_lossy(&label).into_owned(),
                Attribute::KeyType(KeyType::EC) => found.algorithm = Some(Algorithm::Es256),
                Attribute::KeyType(KeyType::RSA) => found.algorithm = Some(Algorithm::Ps256),
                Attribute::Class(class) => is_certificate = class == ObjectClass::CERTIFICATE,
                _ => {}
            }
        }
        if is_certificate {
            let value = session.get_attributes(object, &[AttributeType::Value])?;
            found.value = value.into_iter().find_map(|attribute| {
                if let Attribute::Value(value) = attribute {
                    Some(value)
                } else {
                    None
                }
            });
        }
        Ok(found)
    }
}

fn keys(session: &Session) -> Result<Vec<ListedKey>, TokenFault> {
    let mut keys: Vec<ListedKey> = Vec::new();
    for class in [ObjectClass::PRIVATE_KEY, ObjectClass::CERTIFICATE] {
        for object in session.find_objects(&[Attribute::Class(class)])? {
            let found = Described::of(session, object)?;
            let beside = keys
                .iter_mut()
                .find(|key| !key.id.is_empty() && key.id == found.id && key.certificate.is_none());
            match beside {
                Some(key) if class == ObjectClass::CERTIFICATE => key.certificate = found.value,
                _ => keys.push(ListedKey {
                    id: found.id,
                    label: found.label,
                    is_private_key: class == ObjectClass::PRIVATE_KEY,
                    algorithm: found.algorithm,
                    certificate: found.value,
                }),
            }
        }
    }
    Ok(keys)
}
