//! `lienthong config example`: the file with every setting, made from the table that reads it.

use super::setting::{Setting, WhenSilent};
use super::table::{SECTIONS, SETTINGS};

const HEAD: &str = "\
# Cấu hình của cổng Liên Thông: lienthong serve --config TỆP. Dòng bắt đầu bằng # là chú thích hoặc giá trị mặc định.
# Tùy chọn trên dòng lệnh được ưu tiên, rồi đến biến môi trường, rồi đến tệp này. Đường dẫn tính từ thư mục của tệp này.
# Kiểm tra: lienthong config check --config TỆP. Xem giá trị và nguồn: lienthong config show --origin --config TỆP.
#
# Settings of the Liên Thông hub: lienthong serve --config FILE. Lines that begin with # are comments or defaults.
# An option of the command comes first, then the environment, then this file. Paths are relative to this file's folder.
# To check it: lienthong config check --config FILE. Values and origins: lienthong config show --origin --config FILE.
";

/// The longest line of a comment.
const WIDTH: usize = 110;

/// The whole file.
pub(super) fn example() -> String {
    let mut text = HEAD.to_owned();
    for (section, title) in SECTIONS {
        text.extend(["\n# ", title, "\n[", section, "]\n"]);
        for setting in SETTINGS.iter().filter(|setting| setting.section == *section) {
            entry(&mut text, setting);
        }
    }
    text
}

fn entry(text: &mut String, setting: &Setting) {
    for about in [&setting.about.vi, &setting.about.en] {
        for line in wrap(about) {
            text.extend(["# ", &line, "\n"]);
        }
    }
    let default = setting.default_text();
    let value = default.as_deref().unwrap_or(setting.example);
    let value = if setting.is_text() {
        format!("\"{value}\"")
    } else {
        value.to_owned()
    };
    // What must be given stands as a value; what holds anyway, as a comment.
    let mark = if setting.default == WhenSilent::Required {
        ""
    } else {
        "#"
    };
    text.extend(["# ", &setting.flag(), ", ", &setting.env(), "\n"]);
    text.extend([mark, setting.name, " = ", &value, "\n\n"]);
}

fn wrap(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() < WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::file;
    use super::*;

    #[test]
    fn the_example_parses_and_gives_what_must_be_given() {
        let read = file::read(Path::new("hub.toml"), &example());
        assert_eq!(read.faults, []);
        let given: Vec<&str> = read.given.iter().map(|given| given.setting.id).collect();
        assert_eq!(given, ["hub_id", "database", "tls_cert", "tls_key", "client_ca"]);
    }

    #[test]
    fn every_line_of_the_example_can_be_put_into_force() {
        let is_value = |line: &&str| line.starts_with('#') && !line.starts_with("# ") && line.contains(" = ");
        let text: Vec<String> = example()
            .lines()
            .map(|line| {
                Some(line)
                    .filter(is_value)
                    .map_or(line, |line| line.trim_start_matches('#'))
                    .to_owned()
            })
            .collect();
        let text = text.join("\n");
        let read = file::read(Path::new("hub.toml"), &text);
        assert_eq!(read.faults, []);
        assert_eq!(read.given.len(), SETTINGS.len());
        for given in read.given {
            assert_eq!(given.setting.refuse(&given.text), None, "{}", given.setting.key());
            let default = given.setting.default_text();
            assert!(
                default.is_none_or(|default| default == given.text),
                "{}",
                given.setting.key()
            );
        }
    }

    #[test]
    fn every_setting_is_explained_in_vietnamese_first() {
        let text = example();
        for setting in SETTINGS {
            let first = wrap(&setting.about.vi)[0].clone();
            let second = wrap(&setting.about.en)[0].clone();
            let at = |line: &str| text.find(&format!("# {line}")).unwrap();
            assert!(at(&first) < at(&second), "{}", setting.key());
        }
    }
}
