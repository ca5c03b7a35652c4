//! What can go wrong with a token, for the officer who holds it.

use cryptoki::error::{Error, RvError};

/// A token did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenFault {
    /// The module is no PKCS#11 library of this machine.
    Module(String),
    /// No token is as the URI says.
    NoToken,
    /// Several tokens are.
    SeveralTokens(usize),
    /// The token asks for a PIN and there is none.
    NoPin,
    /// The PIN is wrong.
    WrongPin(TriesLeft),
    /// The token takes no PIN any more.
    PinLocked,
    /// The token has no PIN yet, or wants another one first.
    PinNotReady,
    /// No private key is as the URI says.
    NoKey,
    /// Several private keys are.
    SeveralKeys(usize),
    /// The key is neither an EC key nor an RSA key.
    KeyType,
    /// The key may not sign.
    KeyMayNotSign,
    /// The key wants its PIN entered at each signature.
    PinAtEachSignature,
    /// The token has no certificate for the key.
    NoCertificate,
    /// The token has several.
    SeveralCertificates(usize),
    /// The token cannot sign as ES256 or PS256 asks.
    Mechanism(&'static str),
    /// The token is gone.
    Removed,
    /// What else the module says.
    Failed(String),
}

/// How often a wrong PIN may still be given, as far as the token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TriesLeft {
    /// The token does not say.
    Unknown,
    /// Fewer than at the beginning.
    Few,
    /// One.
    One,
}

impl TokenFault {
    pub(super) fn of(error: &Error) -> Self {
        let Error::Pkcs11(code, _) = error else {
            return Self::Failed(error.to_string());
        };
        #[expect(clippy::wildcard_enum_match_arm, reason = "what else there is, is told by its name")]
        match code {
            RvError::PinIncorrect | RvError::PinInvalid | RvError::PinLenRange => Self::WrongPin(TriesLeft::Unknown),
            RvError::PinLocked => Self::PinLocked,
            RvError::PinExpired | RvError::UserPinNotInitialized => Self::PinNotReady,
            RvError::UserNotLoggedIn => Self::PinAtEachSignature,
            RvError::KeyFunctionNotPermitted => Self::KeyMayNotSign,
            RvError::DeviceRemoved
            | RvError::TokenNotPresent
            | RvError::SessionHandleInvalid
            | RvError::SessionClosed
            | RvError::SlotIdInvalid
            | RvError::KeyHandleInvalid => Self::Removed,
            _ => Self::Failed(error.to_string()),
        }
    }

    /// What to tell people, Vietnamese.
    pub fn text_vi(&self) -> String {
        match self {
            Self::Module(why) => format!("không nạp được thư viện PKCS#11: {why}"),
            Self::NoToken => {
                "không có token nào đúng như URI; hãy cắm token, xem lại tên bằng lienthong signing-keys".to_owned()
            }
            Self::SeveralTokens(count) => format!("có {count} token đúng như URI; hãy nêu thêm serial= hoặc slot-id="),
            Self::NoPin => "token đòi mã PIN; hãy nêu tệp chứa PIN hoặc biến môi trường".to_owned(),
            Self::WrongPin(TriesLeft::Unknown) => "sai mã PIN; sai nhiều lần token sẽ bị khóa".to_owned(),
            Self::WrongPin(TriesLeft::Few) => {
                "sai mã PIN; số lần thử còn lại đã giảm, sai nữa token sẽ bị khóa".to_owned()
            }
            Self::WrongPin(TriesLeft::One) => "sai mã PIN; CHỈ CÒN MỘT LẦN THỬ, sai lần nữa token bị khóa".to_owned(),
            Self::PinLocked => {
                "token đã bị khóa vì sai mã PIN nhiều lần; phải mở khóa bằng công cụ của nhà cung cấp".to_owned()
            }
            Self::PinNotReady => "token chưa có mã PIN hoặc PIN phải đổi; hãy dùng công cụ của nhà cung cấp".to_owned(),
            Self::NoKey => "trong token không có khóa bí mật đúng như URI (object=, id=)".to_owned(),
            Self::SeveralKeys(count) => format!("trong token có {count} khóa đúng như URI; hãy nêu object= hoặc id="),
            Self::KeyType => "khóa trong token phải là EC P-256 hoặc RSA".to_owned(),
            Self::KeyMayNotSign => "khóa này trong token không được phép ký".to_owned(),
            Self::PinAtEachSignature => "khóa này đòi nhập PIN cho từng lần ký; chưa hỗ trợ".to_owned(),
            Self::NoCertificate => {
                "trong token không có chứng thư số của khóa này; hãy nêu tệp chứng thư số".to_owned()
            }
            Self::SeveralCertificates(count) => {
                format!("trong token có {count} chứng thư số của khóa này; hãy nêu tệp chứng thư số")
            }
            Self::Mechanism(name) => format!("token không hỗ trợ thuật toán ký {name}"),
            Self::Removed => "token đã bị rút ra hoặc phiên làm việc đã đóng".to_owned(),
            Self::Failed(why) => format!("token báo lỗi: {why}"),
        }
    }
}

impl std::fmt::Display for TokenFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = match self {
            Self::Module(why) => return write!(f, "the PKCS#11 module cannot be loaded: {why}"),
            Self::NoToken => "no token is as the URI says; plug it in, and see its name by lienthong signing-keys",
            Self::SeveralTokens(count) => {
                return write!(f, "{count} tokens are as the URI says; add serial= or slot-id=");
            }
            Self::NoPin => "the token asks for a PIN; name a file with it, or set the environment",
            Self::WrongPin(TriesLeft::Unknown) => "the PIN is wrong; after some more wrong ones the token is locked",
            Self::WrongPin(TriesLeft::Few) => {
                "the PIN is wrong; fewer tries are left now, after them the token is locked"
            }
            Self::WrongPin(TriesLeft::One) => "the PIN is wrong; ONE TRY IS LEFT, then the token is locked",
            Self::PinLocked => "the token is locked after wrong PINs; unlock it with its maker's tool",
            Self::PinNotReady => "the token has no PIN yet, or it must be changed; use its maker's tool",
            Self::NoKey => "no private key in the token is as the URI says (object=, id=)",
            Self::SeveralKeys(count) => return write!(f, "{count} keys are as the URI says; add object= or id="),
            Self::KeyType => "the key in the token must be EC P-256 or RSA",
            Self::KeyMayNotSign => "this key of the token may not sign",
            Self::PinAtEachSignature => "this key wants its PIN at each signature, which is not supported",
            Self::NoCertificate => "the token has no certificate for this key; name a file with it",
            Self::SeveralCertificates(count) => {
                return write!(
                    f,
                    "the token has {count} certificates for this key; name a file with the right one"
                );
            }
            Self::Mechanism(name) => return write!(f, "the token cannot sign by {name}"),
            Self::Removed => "the token was taken out, or its session was closed",
            Self::Failed(why) => return write!(f, "the token says: {why}"),
        };
        f.write_str(text)
    }
}

impl std::error::Error for TokenFault {}

impl From<Error> for TokenFault {
    fn from(error: Error) -> Self {
        Self::of(&error)
    }
}

#[cfg(test)]
mod tests {
    use cryptoki::context::Function;

    use super::*;

    #[test]
    fn what_a_token_says_is_told_apart() {
        let told = |code| TokenFault::of(&Error::Pkcs11(code, Function::Sign));
        assert_eq!(told(RvError::PinIncorrect), TokenFault::WrongPin(TriesLeft::Unknown));
        assert_eq!(told(RvError::PinLocked), TokenFault::PinLocked);
        for gone in [
            RvError::DeviceRemoved,
            RvError::TokenNotPresent,
            RvError::SessionHandleInvalid,
        ] {
            assert_eq!(told(gone), TokenFault::Removed);
        }
        assert!(matches!(told(RvError::DeviceMemory), TokenFault::Failed(_)));
    }
}
