//! Mã số thuế, mã số doanh nghiệp: ten digits with a check digit, and three more for a branch (TT105/2020 Art. 5).

use super::{Fault, Name, check_digits};

const NAME: Name = Name {
    vi: "mã số thuế, mã số doanh nghiệp",
    en: "tax or enterprise code",
};

/// What each of the first nine digits counts in the check digit.
const WEIGHTS: [u32; 9] = [31, 29, 23, 19, 17, 13, 7, 5, 3];

/// Checks a tax or enterprise code: `0100109106` or, of a branch, `0100109106-001`.
///
/// # Errors
/// What is wrong: reasons `empty`, `control_character`, `separator`, `not_digits`, `length`, `person_id`, `branch`,
/// `not_issued`, `check_digit`.
pub fn check(text: &str) -> Result<(), Fault> {
    let is_all_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    if is_all_digits && text.len() == 12 {
        return Err(Fault::new(
            "person_id",
            "12 chữ số là số định danh cá nhân, không phải mã số thuế 10 chữ số; hãy chọn loại giấy tờ là số định danh cá \
             nhân.",
            "12 digits are a personal identity number, not a tax code of 10 digits; state it under that type.",
        ));
    }
    if is_all_digits && text.len() == 13 {
        return Err(Fault::new(
            "branch",
            "Mã của đơn vị phụ thuộc phải có dấu gạch ngang trước 3 chữ số cuối, theo dạng NNNNNNNNNN-NNN.",
            "The code of a branch must have a dash before its last 3 digits, in the form NNNNNNNNNN-NNN.",
        ));
    }
    let (main, branch) = match text.split_once('-') {
        Some((main, branch)) => (main, Some(branch)),
        None => (text, None),
    };
    check_digits(main, 10, NAME)?;
    check_main(main)?;
    branch.map_or(Ok(()), check_branch)
}

fn check_branch(branch: &str) -> Result<(), Fault> {
    let is_branch = branch.len() == 3 && branch.bytes().all(|byte| byte.is_ascii_digit()) && branch != "000";
    if is_branch {
        return Ok(());
    }
    Err(Fault::new(
        "branch",
        "Sau dấu gạch ngang phải là 3 chữ số của đơn vị phụ thuộc, từ 001 đến 999.",
        "After the dash come the 3 digits of the branch, 001 to 999.",
    ))
}

fn check_main(main: &str) -> Result<(), Fault> {
    let mut digits = main.chars().filter_map(|c| c.to_digit(10));
    let sum: u32 = WEIGHTS
        .iter()
        .zip(digits.by_ref())
        .map(|(weight, digit)| weight * digit)
        .sum();
    let expected = 10 - sum % 11;
    if expected == 10 {
        return Err(Fault::new(
            "not_issued",
            "Không có mã số thuế với 9 chữ số đầu này (số kiểm tra bằng 10); hãy kiểm tra lại từng chữ số.",
            "No tax code begins with these 9 digits (their check digit would be 10); check each digit.",
        ));
    }
    if digits.next() != Some(expected) {
        return Err(Fault::new(
            "check_digit",
            "Chữ số kiểm tra (chữ số thứ 10) không khớp; có chữ số bị gõ nhầm hoặc đổi chỗ.",
            "The check digit (the 10th) does not match; a digit was mistyped or two were swapped.",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn reason(text: &str) -> &'static str {
        check(text).map_or_else(|fault| fault.reason, |()| "right")
    }

    fn with_check_digit(first: &str) -> Option<String> {
        (0..10)
            .map(|digit| format!("{first}{digit}"))
            .find(|code| check(code).is_ok())
    }

    #[test]
    fn known_codes_are_right() {
        for code in ["0100109106", "0100109106-001", "0100109106-999"] {
            assert_eq!(reason(code), "right", "{code}");
        }
    }

    #[test]
    fn each_mistake_has_its_reason() {
        let cases = [
            ("", "empty"),
            ("0100109107", "check_digit"),
            ("0100109016", "check_digit"),
            ("1000109106", "check_digit"),
            ("0000000000", "not_issued"),
            ("010010910", "length"),
            ("01001091061", "length"),
            ("001085012345", "person_id"),
            ("0100109106001", "branch"),
            ("0100109106-000", "branch"),
            ("0100109106-01", "branch"),
            ("0100109106-0001", "branch"),
            ("0100109106-", "branch"),
            ("0100109106-A01", "branch"),
            ("0100109106-00٣", "branch"),
            ("0100 109 106", "separator"),
            ("0100.109.106", "separator"),
            (" 0100109106", "separator"),
            ("O100109106", "not_digits"),
            ("MST0100109106", "not_digits"),
            ("0100109106\u{0}", "control_character"),
            ("٠١٠٠١٠٩١٠٦", "not_digits"),
        ];
        for (code, expected) in cases {
            assert_eq!(reason(code), expected, "{code}");
        }
    }

    #[test]
    fn a_wrong_check_digit_is_said_in_both_languages() {
        let fault = check("0100109107").unwrap_err();
        assert!(fault.text.vi.contains("không khớp") && fault.text.en.contains("check digit"));
    }

    proptest! {
        #[test]
        fn nine_digits_have_one_check_digit_or_none(first in "[0-9]{9}") {
            let right = (0..10).filter(|digit| check(&format!("{first}{digit}")).is_ok()).count();
            prop_assert!(right <= 1);
        }

        #[test]
        fn every_change_of_one_digit_is_noticed(first in "[0-9]{9}", at in 0_usize..10, by in 1_u32..10) {
            let Some(code) = with_check_digit(&first) else { return Ok(()) };
            let changed: String = code
                .chars()
                .enumerate()
                .map(|(i, c)| match c.to_digit(10) {
                    Some(digit) if i == at => char::from_digit((digit + by) % 10, 10).unwrap(),
                    _ => c,
                })
                .collect();
            prop_assert!(check(&changed).is_err());
        }

        #[test]
        fn every_swap_of_neighbours_is_noticed(first in "[0-9]{9}", at in 0_usize..9) {
            let Some(code) = with_check_digit(&first) else { return Ok(()) };
            let mut digits: Vec<char> = code.chars().collect();
            digits.swap(at, at + 1);
            let changed: String = digits.into_iter().collect();
            prop_assert!(changed == code || check(&changed).is_err());
        }

        #[test]
        fn no_text_makes_it_fail_otherwise(text in ".{0,20}") {
            drop(check(&text));
        }
    }
}
