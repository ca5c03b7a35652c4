//! The account under which the program runs, and the one that somebody logged in with.

use std::fs;

use crate::domain::operator::OsUser;

/// The kernel's word for nobody: a service that was not started by somebody who logged in.
const NOBODY: u32 = u32::MAX;

/// No longer name is taken.
const LONGEST_NAME: usize = 64;

/// Who runs this program. `loginuid` stays the same through `sudo` and `su`; it is not there on every machine.
pub fn current() -> OsUser {
    let uid = rustix::process::geteuid().as_raw();
    let accounts = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let login = fs::read_to_string("/proc/self/loginuid").unwrap_or_default();
    let login_uid = login.trim().parse().ok().filter(|uid| *uid != NOBODY);
    OsUser {
        uid,
        name: name_of(&accounts, uid),
        login_uid,
        login_name: login_uid.and_then(|uid| name_of(&accounts, uid)),
    }
}

/// The name of an account in the text of /etc/passwd.
fn name_of(accounts: &str, uid: u32) -> Option<String> {
    let name = accounts.lines().find_map(|line| {
        let mut columns = line.split(':');
        let (name, _password, number) = (columns.next()?, columns.next()?, columns.next()?);
        (number.parse() == Ok(uid)).then_some(name)
    })?;
    let is_name = (1..=LONGEST_NAME).contains(&name.len()) && !name.chars().any(char::is_control);
    is_name.then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_named_by_the_machines_own_list() {
        let accounts = "# no account\nroot:x:0:0:root:/root:/bin/sh\nhub:x:998:998::/srv:/sbin/nologin\n";
        assert_eq!(name_of(accounts, 998).as_deref(), Some("hub"));
        assert_eq!(name_of(accounts, 0).as_deref(), Some("root"));
        assert_eq!(name_of(accounts, 99), None);
        assert_eq!(name_of(&format!("{}:x:5:5\n", "a".repeat(65)), 5), None);
    }

    #[test]
    fn whoever_runs_this_is_somebody() {
        let user = current();
        assert_eq!(user.uid, rustix::process::geteuid().as_raw());
        assert_ne!(user.login_uid, Some(NOBODY));
    }
}
