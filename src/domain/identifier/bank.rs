//! The BIN of a bank: six digits. Banks of the national payment network (NAPAS) have 970xxx; other issuers have numbers
//! of their own, so only the form is checked.

use super::{Fault, Name, check_digits};

const NAME: Name = Name {
    vi: "mã BIN của ngân hàng",
    en: "bank's BIN",
};

/// Checks a bank's BIN, for example `970436`.
///
/// # Errors
/// What is wrong: reasons `empty`, `control_character`, `separator`, `not_digits`, `length`, `citad`, `first_digit`.
pub fn check_bin(text: &str) -> Result<(), Fault> {
    let is_all_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    if is_all_digits && text.len() == 8 {
        return Err(Fault::new(
            "citad",
            "8 chữ số là mã ngân hàng của hệ thống thanh toán liên ngân hàng (CITAD); mã BIN có 6 chữ số, thường bắt đầu \
             bằng 970.",
            "8 digits are a code of the interbank payment system (CITAD); a BIN has 6 and mostly begins with 970.",
        ));
    }
    check_digits(text, 6, NAME)?;
    if text.starts_with('0') {
        return Err(Fault::new(
            "first_digit",
            "Mã BIN không bắt đầu bằng số 0; mã của ngân hàng Việt Nam thường bắt đầu bằng 970.",
            "A BIN does not begin with 0; those of Vietnamese banks mostly begin with 970.",
        ));
    }
    Ok(())
}

/// Whether `bin` is of the national payment network, which numbers the banks of Viet Nam 970xxx.
pub fn is_napas(bin: &str) -> bool {
    check_bin(bin).is_ok() && bin.starts_with("970")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn banks_and_other_issuers_are_right() {
        for bin in ["970436", "970416", "546034", "422589"] {
            assert_eq!(check_bin(bin), Ok(()), "{bin}");
        }
        assert!(is_napas("970436") && !is_napas("546034") && !is_napas("9704360"));
    }

    #[test]
    fn each_mistake_has_its_reason() {
        let cases = [
            ("", "empty"),
            ("97043", "length"),
            ("9704366", "length"),
            ("01203001", "citad"),
            ("070436", "first_digit"),
            ("970 436", "separator"),
            ("97O436", "not_digits"),
            ("VCB", "not_digits"),
            ("97043\n", "control_character"),
        ];
        for (bin, expected) in cases {
            assert_eq!(check_bin(bin).unwrap_err().reason, expected, "{bin}");
        }
    }
}
