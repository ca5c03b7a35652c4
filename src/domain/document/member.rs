//! Reading a document's members: every problem is found in one go, each with its JSON pointer. (Serde's derive stops at
//! the first and knows only a column.)

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::domain::error::FieldViolation;
use crate::domain::ids::{AgencyCode, IdempotencyKey, KindCode, MeasureId, OfficerId, RequestId, UnitId};
use crate::domain::json::Name;
use crate::domain::pointer::Place;
use crate::domain::time::Timestamp;

/// The most items that a list in a document's envelope has.
pub const MAX_ITEMS: usize = 200;

/// A type that a member of a document can have.
pub trait Member: Sized {
    /// Reads the value at `place`; pushes what is wrong to `found` and then gives `None`.
    fn read(raw: &RawValue, place: &Place<'_>, found: &mut Vec<FieldViolation>) -> Option<Self>;

    /// What it means that the member is not there; `None` if it is required.
    fn absent() -> Option<Self> {
        None
    }
}

impl<T: Member> Member for Option<T> {
    fn read(raw: &RawValue, place: &Place<'_>, found: &mut Vec<FieldViolation>) -> Option<Self> {
        if raw.get() == "null" {
            Some(None)
        } else {
            T::read(raw, place, found).map(Some)
        }
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<T: Member> Member for Vec<T> {
    fn read(raw: &RawValue, place: &Place<'_>, found: &mut Vec<FieldViolation>) -> Option<Self> {
        let Ok(items) = serde_json::from_str::<Vec<&RawValue>>(raw.get()) else {
            return wrong_type(place, found, "một danh sách", "a list");
        };
        if items.len() > MAX_ITEMS {
            found.push(FieldViolation::new(
                place.pointer(),
                "too_many",
                format!("Không được quá {MAX_ITEMS} mục."),
                format!("At most {MAX_ITEMS} items are allowed."),
            ));
            return None;
        }
        let count = items.len();
        let read: Self = items
            .into_iter()
            .enumerate()
            .filter_map(|(index, item)| T::read(item, &place.item(index), found))
            .collect();
        (read.len() == count).then_some(read)
    }

    fn absent() -> Option<Self> {
        Some(Self::new())
    }
}

impl Member for bool {
    fn read(raw: &RawValue, place: &Place<'_>, found: &mut Vec<FieldViolation>) -> Option<Self> {
        match serde_json::from_str(raw.get()) {
            Ok(value) => Some(value),
            Err(_) => wrong_type(place, found, "true hoặc false", "true or false"),
        }
    }
}

impl Member for u64 {
    fn read(raw: &RawValue, place: &Place<'_>, found: &mut Vec<FieldViolation>) -> Option<Self> {
        match serde_json::from_str(raw.get()) {
            Ok(value) => Some(value),
            Err(_) => wrong_type(place, found, "số nguyên không âm", "a whole number, not negative"),
        }
    }
}

impl Member for jiff::civil::Date {
    fn read(raw: &RawValue, place: &Place<'_>, found: &mut Vec<FieldViolation>) -> Option<Self> {
        text(
            raw,
            place,
            found,
            "ngày dạng NNNN-TT-NN (năm-tháng-ngày)",
            "a date YYYY-MM-DD",
            |text| (text.len() == 10).then(|| text.parse().ok()).flatten(),
        )
    }
}

/// The payload: an object, kept as the text that arrived. The kind's schema checks it.
impl Member for Box<RawValue> {
    fn read(raw: &RawValue, place: &Place<'_>, found: &mut Vec<FieldViolation>) -> Option<Self> {
        if raw.get().starts_with('{') {
            Some(raw.to_owned())
        } else {
            wrong_type(place, found, "một đối tượng JSON", "a JSON object")
        }
    }
}

macro_rules! text_members {
    ($($type:ty: $vi:literal;)+) => {
        $(impl Member for $type {
            fn read(raw: &RawValue, place: &Place<'_>, found: &mut Vec<FieldViolation>) -> Option<Self> {
                text(raw, place, found, $vi, Self::EXPECTS, |text| Self::parse(text).ok())
            }
        })+
    };
}

text_members! {
    AgencyCode: "mã định danh cơ quan: 1 đến 35 chữ cái, chữ số, dấu chấm hoặc gạch nối";
    OfficerId: "mã cán bộ: 1 đến 64 chữ cái, chữ số hoặc dấu . - _ @";
    UnitId: "mã đơn vị: 1 đến 64 chữ cái, chữ số hoặc dấu . - _";
    KindCode: "mã loại yêu cầu: 1 đến 64 chữ thường, chữ số hoặc gạch nối";
    IdempotencyKey: "khóa 8 đến 128 chữ cái, chữ số hoặc dấu . _ : - /, bắt đầu bằng chữ hoặc số";
    MeasureId: "mã biện pháp do hệ thống cấp (mea_ và 32 chữ số thập lục phân)";
    crate::domain::ids::CaseId: "mã việc thi hành án do hệ thống cấp (cas_ và 32 chữ số thập lục phân)";
    crate::domain::enforcement_case::ObligationId: "mã nghĩa vụ: 1 đến 10 chữ cái, chữ số hoặc gạch nối";
    RequestId: "mã yêu cầu do hệ thống cấp (req_ và 32 chữ số thập lục phân)";
    super::parts::Code: "mã gồm 1 đến 40 chữ hoa, chữ số hoặc gạch dưới, bắt đầu bằng chữ";
    super::parts::Sha256Hex: "SHA-256 gồm 64 chữ số thập lục phân viết thường";
    super::parts::MediaType: "kiểu tệp, ví dụ application/pdf";
}

impl Member for crate::domain::enforcement_case::Dong {
    fn read(raw: &RawValue, place: &Place<'_>, found: &mut Vec<FieldViolation>) -> Option<Self> {
        let vi = "số tiền đồng nguyên, viết dạng chuỗi chữ số, ví dụ \"150000000\"";
        let en = "whole đồng as a text of digits, for example \"150000000\"";
        text(raw, place, found, vi, en, Self::parse)
    }
}

impl Member for Timestamp {
    fn read(raw: &RawValue, place: &Place<'_>, found: &mut Vec<FieldViolation>) -> Option<Self> {
        let vi = "thời điểm theo RFC 3339, ví dụ 2026-11-23T09:15:00+07:00";
        let en = "an RFC 3339 time with offset";
        text(raw, place, found, vi, en, Self::parse_rfc3339)
    }
}

/// Makes a closed vocabulary a member type.
macro_rules! choice_member {
    ($type:ty) => {
        impl $crate::domain::document::member::Member for $type {
            fn read(
                raw: &serde_json::value::RawValue,
                place: &$crate::domain::pointer::Place<'_>,
                found: &mut Vec<$crate::domain::error::FieldViolation>,
            ) -> Option<Self> {
                let choices = Self::ALL
                    .iter()
                    .map(|choice| choice.as_str())
                    .collect::<Vec<_>>()
                    .join(", ");
                $crate::domain::document::member::text(
                    raw,
                    place,
                    found,
                    &format!("một trong các giá trị: {choices}"),
                    &format!("one of: {choices}"),
                    |text| text.parse().ok(),
                )
            }
        }
    };
}
pub(crate) use choice_member;

/// Reads a text and makes a value of it; `vi` and `en` say what is expected.
pub(crate) fn text<T>(
    raw: &RawValue,
    place: &Place<'_>,
    found: &mut Vec<FieldViolation>,
    vi: &str,
    en: &str,
    make: impl FnOnce(&str) -> Option<T>,
) -> Option<T> {
    let Ok(text) = name_of(raw) else {
        return wrong_type(place, found, "chuỗi ký tự", "a text");
    };
    let value = make(&text);
    if value.is_none() {
        found.push(FieldViolation::new(
            place.pointer(),
            "format",
            format!("Cần {vi}."),
            format!("Expected {en}."),
        ));
    }
    value
}

fn name_of(raw: &RawValue) -> serde_json::Result<Cow<'_, str>> {
    use serde::de::DeserializeSeed as _;
    Name.deserialize(&mut serde_json::Deserializer::from_str(raw.get()))
}

/// Reports that a value has the wrong JSON type.
pub(crate) fn wrong_type<T>(place: &Place<'_>, found: &mut Vec<FieldViolation>, vi: &str, en: &str) -> Option<T> {
    found.push(FieldViolation::new(
        place.pointer(),
        "type",
        format!("Sai kiểu dữ liệu: cần {vi}."),
        format!("Wrong type: expected {en}."),
    ));
    None
}

/// The members of one object that have not been taken yet.
pub(crate) struct Members<'r>(Vec<(Cow<'r, str>, &'r RawValue)>);

impl<'r> Members<'r> {
    /// Opens the object.
    pub(crate) fn of(raw: &'r RawValue, place: &Place<'_>, found: &mut Vec<FieldViolation>) -> Option<Self> {
        match serde_json::Deserializer::from_str(raw.get()).deserialize_map(MembersVisitor) {
            Ok(members) => Some(members),
            Err(_) => wrong_type(place, found, "một đối tượng JSON", "a JSON object"),
        }
    }

    /// Takes the member of the field `field` (a Rust name: `r#type` is the member `type`).
    pub(crate) fn take<T: Member>(
        &mut self,
        field: &str,
        place: &Place<'_>,
        found: &mut Vec<FieldViolation>,
    ) -> Option<T> {
        let name = field.strip_prefix("r#").unwrap_or(field);
        let place = place.member(name);
        if let Some(index) = self.0.iter().position(|(member, _)| member == name) {
            let (_, raw) = self.0.swap_remove(index);
            return T::read(raw, &place, found);
        }
        let absent = T::absent();
        if absent.is_none() {
            found.push(FieldViolation::new(
                place.pointer(),
                "required",
                "Thiếu trường bắt buộc.",
                "A required member is missing.",
            ));
        }
        absent
    }

    /// Reports every member that nobody took.
    pub(crate) fn refuse_rest(self, place: &Place<'_>, found: &mut Vec<FieldViolation>) {
        for (name, _) in self.0 {
            found.push(FieldViolation::new(
                place.member(&name).pointer(),
                "unknown_member",
                "Không có trường này trong mẫu.",
                "There is no such member.",
            ));
        }
    }
}

struct MembersVisitor;

impl<'r> Visitor<'r> for MembersVisitor {
    type Value = Members<'r>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'r>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::with_capacity(16);
        while let Some(name) = map.next_key_seed(Name)? {
            members.push((name, map.next_value::<&'r RawValue>()?));
        }
        Ok(Members(members))
    }
}

/// Declares an object of documents: its members, their types, and how it is read.
macro_rules! object {
    ($(#[$meta:meta])* pub struct $name:ident { $($(#[$doc:meta])* pub $field:ident: $type:ty,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, serde::Serialize)]
        pub struct $name { $($(#[$doc])* pub $field: $type,)+ }

        impl $crate::domain::document::member::Member for $name {
            fn read(
                raw: &serde_json::value::RawValue,
                place: &$crate::domain::pointer::Place<'_>,
                found: &mut Vec<$crate::domain::error::FieldViolation>,
            ) -> Option<Self> {
                let mut members = $crate::domain::document::member::Members::of(raw, place, found)?;
                $(let $field = members.take::<$type>(stringify!($field), place, found);)+
                members.refuse_rest(place, found);
                Some(Self { $($field: $field?,)+ })
            }
        }
    };
}
pub(crate) use object;
