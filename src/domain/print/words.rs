//! Dates, times and amounts as Vietnamese papers write them.

use jiff::civil::Date;

use crate::domain::money::Currency;
use crate::domain::time::Timestamp;

/// `20/11/2026`.
pub(in crate::domain) fn short_date(date: Date) -> String {
    format!("{:02}/{:02}/{}", date.day(), date.month(), date.year())
}

/// `ngày 20 tháng 11 năm 2026`; days below 10 and the first two months have a zero in front (Decree 30/2020 Annex I).
pub(in crate::domain) fn long_date(date: Date) -> String {
    let month = date.month();
    let month = if month < 3 {
        format!("0{month}")
    } else {
        month.to_string()
    };
    format!("ngày {:02} tháng {month} năm {}", date.day(), date.year())
}

/// `09 giờ 15 phút`.
pub(in crate::domain) fn hour(time: Timestamp) -> String {
    let time = time.civil();
    format!("{:02} giờ {:02} phút", time.hour(), time.minute())
}

/// `09 giờ 15 phút ngày 23/11/2026`.
pub(in crate::domain) fn moment(time: Timestamp) -> String {
    format!("{} ngày {}", hour(time), short_date(time.date()))
}

/// `1.250,50` for `1250.50`. A text that is no decimal stays as it is.
pub(in crate::domain) fn number(decimal: &str) -> String {
    let (whole, fraction) = decimal.split_once('.').unwrap_or((decimal, ""));
    if whole.is_empty() || !whole.bytes().all(|b| b.is_ascii_digit()) {
        return decimal.to_owned();
    }
    let mut grouped = String::with_capacity(decimal.len() + whole.len() / 3);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push('.');
        }
        grouped.push(digit);
    }
    if fraction.is_empty() {
        grouped
    } else {
        format!("{grouped},{fraction}")
    }
}

/// `153.500.000 đồng`, `1.200 USD`.
pub(in crate::domain) fn money(amount: &str, currency: &str) -> String {
    let unit = if currency == Currency::Vnd.as_str() {
        "đồng"
    } else {
        currency
    };
    format!("{} {unit}", number(amount))
}

/// The first letter in upper case.
pub(in crate::domain) fn capitalised(text: &str) -> String {
    let mut rest = text.chars();
    let first = rest.next().map(|first| first.to_uppercase().chain(rest).collect());
    first.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn numbers_are_grouped_by_points_with_a_decimal_comma() {
        for (plain, written) in [
            ("0", "0"),
            ("999", "999"),
            ("1000", "1.000"),
            ("153500000", "153.500.000"),
            ("1250.50", "1.250,50"),
            ("-5", "-5"),
            ("", ""),
        ] {
            assert_eq!(number(plain), written);
        }
        assert_eq!(
            (money("5000", "VND"), money("12", "USD")),
            ("5.000 đồng".to_owned(), "12 USD".to_owned())
        );
    }

    #[test]
    fn dates_have_the_zeros_of_decree_30() {
        assert_eq!(long_date(date(2026, 2, 5)), "ngày 05 tháng 02 năm 2026");
        assert_eq!(long_date(date(2026, 11, 20)), "ngày 20 tháng 11 năm 2026");
        assert_eq!(long_date(date(2026, 3, 1)), "ngày 01 tháng 3 năm 2026");
        let time = Timestamp::parse_rfc3339("2026-11-23T02:15:00Z").unwrap();
        assert_eq!(moment(time), "09 giờ 15 phút ngày 23/11/2026");
    }
}
