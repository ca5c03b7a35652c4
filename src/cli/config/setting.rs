//! What a setting is: where it stands in the file, what it is called as an option and in the environment, what values it
//! takes. Every setting has all three names, so one table makes the options of `serve`, the file's keys and the example.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use tracing_subscriber::EnvFilter;

use super::fault::Words;
use crate::app::ledger::LedgerSettings;
use crate::app::webhooks::WebhookLimits;
use crate::blobs::{BucketAddress, MalformedBucket};
use crate::cli::args::hub_id;
use crate::domain::endpoint::{Endpoint, MalformedEndpoint};
use crate::domain::webhook::address::{MalformedNetwork, Network, Ports};
use crate::server::settings::ServerLimits;
use crate::store::Database;

/// One setting of `lienthong serve`.
#[derive(Debug)]
pub(super) struct Setting {
    /// The table of the file that it stands in.
    pub(super) section: &'static str,
    /// Its key in that table; a number's unit is part of it.
    pub(super) name: &'static str,
    /// Its name as an option (with hyphens) and in the environment (`LIENTHONG_` and upper case).
    pub(super) id: &'static str,
    /// What values it takes.
    pub(super) kind: Kind,
    /// What holds when nobody says anything.
    pub(super) default: WhenSilent,
    /// A value for the example.
    pub(super) example: &'static str,
    /// What it is for.
    pub(super) about: Words,
}

/// What holds when nobody says anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WhenSilent {
    /// The setting must be given.
    Required,
    /// It may be left out, which has a meaning of its own.
    None,
    /// This value.
    Value(&'static str),
    /// What [`Limits::default`] says.
    Limit,
}

/// What values a setting takes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    /// The name of a hub.
    HubId,
    /// An IP address and a port.
    Address,
    /// A database; a password in it is never shown.
    DatabaseUrl,
    /// A bucket that speaks the S3 protocol.
    Bucket,
    /// Where a service outside is.
    Endpoint,
    /// The path of a file or folder, relative to the configuration file if it stands in one.
    Path,
    /// Several of them, separated by commas.
    Paths,
    /// Networks in CIDR notation, separated by commas.
    Networks,
    /// Ports and ranges of them, separated by commas.
    Ports,
    /// Yes or no.
    Switch,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// What to log.
    Filter,
    /// A whole number in a range.
    Whole(Whole),
}

/// A whole number in a range, and the limit that it sets.
#[derive(Debug, Clone, Copy)]
pub(super) struct Whole {
    /// The least.
    pub(super) least: u64,
    /// The most.
    pub(super) most: u64,
    /// Reads the limit, in the unit of the setting's name.
    pub(super) get: fn(&Limits) -> u64,
    /// Sets it.
    pub(super) set: fn(&mut Limits, u64),
}

/// Everything that is a number.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli) struct Limits {
    /// On connections, calls and messages.
    pub(in crate::cli) server: ServerLimits,
    /// Of the ledger.
    pub(in crate::cli) ledger: LedgerSettings,
    /// How many of a hundred calls are traced.
    pub(in crate::cli) traces_percent: u32,
    /// Lanes of webhooks that are worked on at a time.
    pub(in crate::cli) webhook_concurrency: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            server: ServerLimits::default(),
            ledger: LedgerSettings::default(),
            traces_percent: 100,
            webhook_concurrency: WebhookLimits::default().concurrency,
        }
    }
}

/// A limit as whole units.
pub(super) trait Field {
    /// How many `unit`s it is.
    fn read(&self, unit: u64) -> u64;
    /// Makes it `value` times `unit`.
    fn write(&mut self, value: u64, unit: u64);
}

macro_rules! numbers {
    ($($number:ty),+) => {$(
        impl Field for $number {
            fn read(&self, unit: u64) -> u64 {
                u64::try_from(*self).unwrap_or(u64::MAX) / unit
            }

            fn write(&mut self, value: u64, unit: u64) {
                *self = Self::try_from(value.saturating_mul(unit)).unwrap_or(Self::MAX);
            }
        }
    )+};
}
numbers!(usize, u32, u64);

impl Field for NonZeroU32 {
    fn read(&self, unit: u64) -> u64 {
        u64::from(self.get()) / unit
    }

    fn write(&mut self, value: u64, unit: u64) {
        let number = u32::try_from(value.saturating_mul(unit)).unwrap_or(u32::MAX);
        *self = Self::new(number).unwrap_or(Self::MIN);
    }
}

/// The unit is in seconds.
impl Field for Duration {
    fn read(&self, unit: u64) -> u64 {
        self.as_secs() / unit
    }

    fn write(&mut self, value: u64, unit: u64) {
        *self = Self::from_secs(value.saturating_mul(unit));
    }
}

/// The networks that a text names, separated by commas.
pub(super) fn networks(text: &str) -> Result<Vec<Network>, MalformedNetwork> {
    text.split(',').map(|network| network.trim().parse()).collect()
}

impl Setting {
    /// `section.name`.
    pub(super) fn key(&self) -> String {
        format!("{}.{}", self.section, self.name)
    }

    /// `--option`.
    pub(super) fn flag(&self) -> String {
        format!("--{}", self.id.replace('_', "-"))
    }

    /// `LIENTHONG_OPTION`.
    pub(super) fn env(&self) -> String {
        format!("LIENTHONG_{}", self.id.to_ascii_uppercase())
    }

    /// The value that holds when nobody says anything.
    pub(super) fn default_text(&self) -> Option<String> {
        match (self.default, self.kind) {
            (WhenSilent::Value(text), _) => Some(text.to_owned()),
            (WhenSilent::Limit, Kind::Whole(whole)) => Some((whole.get)(&Limits::default()).to_string()),
            (WhenSilent::Required | WhenSilent::None | WhenSilent::Limit, _) => None,
        }
    }

    /// Whether the file writes it in quotes.
    pub(super) fn is_text(&self) -> bool {
        !matches!(self.kind, Kind::Switch | Kind::Whole(_))
    }

    /// What is wrong with `text` as its value.
    pub(super) fn refuse(&self, text: &str) -> Option<Words> {
        match self.kind {
            Kind::HubId => hub_id(text).is_err().then(|| {
                Words::new(
                    "cần 1 đến 253 chữ thường, chữ số, dấu chấm hoặc gạch nối",
                    "expected 1 to 253 lower-case letters, digits, dots or hyphens",
                )
            }),
            Kind::Address => text.parse::<SocketAddr>().is_err().then(|| {
                Words::new(
                    format!("cần địa chỉ IP và cổng mạng, ví dụ {}", self.example),
                    format!("expected an IP address and a port, for example {}", self.example),
                )
            }),
            Kind::DatabaseUrl => text.parse::<Database>().is_err().then(|| {
                Words::new(
                    "cần sqlite:ĐƯỜNG_DẪN hoặc postgres://NGƯỜI_DÙNG@MÁY/TÊN",
                    "expected sqlite:PATH or postgres://USER@HOST/NAME",
                )
            }),
            Kind::Bucket => text.parse::<BucketAddress>().err().map(|error| {
                let vi = match error {
                    MalformedBucket::Form => "cần s3://KHO/TIỀN_TỐ?endpoint=ĐỊA_CHỈ&region=VÙNG",
                    MalformedBucket::Secret => {
                        "không ghi khóa ở đây; hãy để ở AWS_ACCESS_KEY_ID và AWS_SECRET_ACCESS_KEY"
                    }
                    MalformedBucket::Endpoint(MalformedEndpoint::Form) => "endpoint phải có dạng https://MÁY:CỔNG",
                    MalformedBucket::Endpoint(MalformedEndpoint::InTheClear) => {
                        "endpoint phải là https, trừ khi ở ngay máy này"
                    }
                };
                Words::new(vi, error.to_string())
            }),
            Kind::Endpoint => text.parse::<Endpoint>().err().map(|error| {
                let vi = match error {
                    MalformedEndpoint::Form => "cần https://MÁY:CỔNG",
                    MalformedEndpoint::InTheClear => "phải là https, trừ khi ở ngay máy này",
                };
                Words::new(vi, error.to_string())
            }),
            Kind::Path => text
                .is_empty()
                .then(|| Words::new("đường dẫn không được để trống", "the path must not be empty")),
            Kind::Paths => text.split(',').any(|path| path.trim().is_empty()).then(|| {
                Words::new(
                    "cần các đường dẫn, cách nhau bằng dấu phẩy",
                    "expected paths, separated by commas",
                )
            }),
            Kind::Networks => networks(text).err().map(|error| {
                Words::new(
                    "cần các mạng dạng 10.20.0.0/16 hoặc fd00:1::/32, cách nhau bằng dấu phẩy",
                    error.to_string(),
                )
            }),
            Kind::Ports => text.parse::<Ports>().err().map(|error| {
                Words::new(
                    "cần các cổng mạng hoặc khoảng, ví dụ 443,8443,9000-9010",
                    error.to_string(),
                )
            }),
            Kind::Switch => text
                .parse::<bool>()
                .is_err()
                .then(|| Words::new("cần true hoặc false", "expected true or false")),
            Kind::Choice(words) => (!words.contains(&text)).then(|| {
                let words = words.join(", ");
                Words::new(format!("cần một trong: {words}"), format!("expected one of: {words}"))
            }),
            Kind::Filter => EnvFilter::try_new(text)
                .err()
                .map(|error| Words::new(format!("bộ lọc nhật ký sai: {error}"), format!("not a filter: {error}"))),
            Kind::Whole(Whole { least, most, .. }) => {
                let is_good = text.parse().is_ok_and(|value: u64| (least..=most).contains(&value));
                (!is_good).then(|| {
                    Words::new(
                        format!("giá trị {text} không được; cần số nguyên từ {least} đến {most}"),
                        format!("{text} is not accepted; expected a whole number from {least} to {most}"),
                    )
                })
            }
        }
    }
}
