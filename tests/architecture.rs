//! What must hold of the sources: who may use whom, where SQL and statuses live, how long a file may be, and that nothing
//! of a developer's machine slips in (DESIGN sections 12 and 13).

#[cfg(test)]
mod rules {
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::{Path, PathBuf};

    /// Top-level modules and what each may use, itself aside.
    const LAYERS: &[(&str, &[&str])] = &[
        ("domain", &[]),
        ("evidence", &[]),
        ("interchange", &["domain"]),
        ("sealing", &["evidence"]),
        ("store", &["domain", "evidence", "sealing"]),
        ("blobs", &["domain", "evidence", "sealing"]),
        ("signing", &["evidence"]),
        ("app", &["domain", "evidence", "sealing", "store", "blobs", "signing"]),
        ("auth", &["domain", "evidence", "store", "blobs", "app"]),
        ("grpc", &["domain", "evidence", "store", "blobs", "app", "auth"]),
        ("web", &["domain", "evidence", "store", "blobs", "app", "auth"]),
        (
            "server",
            &[
                "domain", "evidence", "sealing", "store", "blobs", "signing", "app", "auth", "grpc", "web",
            ],
        ),
        // An auditor's: it must not know how the hub is built, least of all how it reads and writes its tables.
        ("verify", &["domain", "evidence", "sealing"]),
        // The other side of the wire: it must not know how the hub is built.
        ("client", &["domain", "evidence"]),
        (
            "cli",
            &[
                "domain",
                "evidence",
                "interchange",
                "sealing",
                "store",
                "blobs",
                "signing",
                "app",
                "auth",
                "grpc",
                "web",
                "server",
                "client",
                "verify",
            ],
        ),
    ];

    /// Crates that bring the outside in: not for the pure modules.
    const IMPURE: &[&str] = &[
        "sqlx",
        "tokio",
        "tonic",
        "tonic_types",
        "lienthong_proto",
        "prost",
        "prost_types",
        "rustls",
        "http",
    ];

    /// Files that may be longer, and why. A file that is short again must leave the list.
    const LONGER: &[(&str, &str)] = &[];
    const MOST_LINES: usize = 500;

    /// Who may name `tonic::Status` outside `grpc/`, and why.
    const STATUS: &[(&str, &str)] = &[
        (
            "src/client/channel.rs",
            "an interceptor answers with a status, by tonic's trait",
        ),
        (
            "src/client/call.rs",
            "a client reads what the hub refuses, and tries again what it sheds",
        ),
        (
            "src/client/documents.rs",
            "a client goes on with a document that the hub or the way to it cut off",
        ),
        (
            "src/client/reports.rs",
            "a client says that the hub or the way to it cut a report off",
        ),
        (
            "src/server/drain.rs",
            "ends an open stream in tonic's terms, in words of grpc::status",
        ),
        (
            "src/server/admission.rs",
            "ends a body that takes too much memory in tonic's terms, in words of grpc::status",
        ),
        (
            "src/server/tonic_errors.rs",
            "puts what tonic itself refuses into words of grpc::status",
        ),
        (
            "src/cli/demo/",
            "the demo's partners are clients: they read what the hub refuses",
        ),
    ];

    /// Who may hold SQL outside `store/`, and why.
    const SQL: &[(&str, &str)] = &[
        (
            "src/verify/select.rs",
            "the verifier asks for itself; it asks for nothing but these",
        ),
        (
            "src/verify/database.rs",
            "the verifier opens a database for itself, at one state",
        ),
    ];

    /// Who may name `sqlx` outside `store/`, and why.
    const SQLX: &[(&str, &str)] = &[
        ("src/verify/", "the verifier has connections of its own"),
        (
            "src/app/ledger/",
            "a batch that the database refuses is told from one that a rule refuses",
        ),
        (
            "src/server/start_error.rs",
            "the migrator's error stands in the reasons for not starting",
        ),
        (
            "src/cli/start_failure.rs",
            "what the database itself said is put into words for the operator",
        ),
    ];

    fn root() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR"))
    }

    /// Every file below `folder` (relative to the root), build output and hidden folders left out.
    fn files(folder: &str) -> Vec<(String, PathBuf)> {
        let mut found = Vec::new();
        let mut folders = vec![root().join(folder)];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                let name = path.file_name().and_then(|name| name.to_str()).expect("a plain name");
                let is_ours = !matches!(name, "target" | "demo-data" | ".git" | "__pycache__");
                if path.is_dir() && is_ours {
                    folders.push(path);
                } else if path.is_file() && is_ours {
                    let relative = path.strip_prefix(root()).expect("below the root");
                    found.push((relative.to_str().expect("plain").to_owned(), path));
                }
            }
        }
        found.sort();
        found
    }

    fn text(path: &Path) -> String {
        std::fs::read_to_string(path).expect("a text")
    }

    fn rust_files(folder: &str) -> impl Iterator<Item = (String, String)> {
        let is_rust = |name: &str| Path::new(name).extension().is_some_and(|extension| extension == "rs");
        files(folder)
            .into_iter()
            .filter(move |(name, _)| is_rust(name))
            .map(|(name, path)| (name, text(&path)))
    }

    /// The sources without their tests: files of tests are left out, and so is what stands under `#[cfg(test)]` at the
    /// foot of a file. Comments are cut.
    fn sources() -> Vec<(String, String)> {
        rust_files("src")
            .filter(|(name, _)| {
                let is_test = name.ends_with("_tests.rs") || name.ends_with("/tests.rs") || name.contains("/tests/");
                !is_test && !name.ends_with("test_registry.rs") && !name.ends_with("/properties.rs")
            })
            .map(|(name, text)| {
                let code = without_tests(&text);
                (name, code)
            })
            .collect()
    }

    fn without_tests(text: &str) -> String {
        let body = text
            .split_once("#[cfg(test)]\nmod tests {")
            .map_or(text, |(body, _)| body);
        let code = body
            .lines()
            .map(|line| line.split_once("//").map_or(line, |(code, _)| code));
        code.collect::<Vec<_>>().join("\n")
    }

    /// `src/store/rows/log.rs` belongs to `store`; files beside them to none.
    fn layer(name: &str) -> Option<&str> {
        name.strip_prefix("src/")?.split_once('/').map(|(layer, _)| layer)
    }

    /// The words that follow `prefix` in `code`.
    fn words_after<'a>(code: &'a str, prefix: &str) -> impl Iterator<Item = &'a str> {
        code.split(prefix).skip(1).map(|rest| {
            let end = rest
                .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                .unwrap_or(rest.len());
            rest.get(..end).unwrap_or_default()
        })
    }

    fn excepted(list: &[(&str, &str)], name: &str) -> bool {
        list.iter().any(|(place, _)| name.starts_with(place))
    }

    /// What the source file `name` uses that it must not.
    fn layer_faults(name: &str, code: &str) -> Vec<String> {
        let allowed: BTreeMap<&str, &[&str]> = LAYERS.iter().copied().collect();
        let Some(layer) = layer(name) else { return Vec::new() };
        let Some(below) = allowed.get(layer) else {
            return vec![format!("{name}: `{layer}` is no layer of DESIGN section 12")];
        };
        if code.contains("crate::{") {
            return vec![format!(
                "{name}: one `use` for each layer, so that this test can read it"
            )];
        }
        let used: BTreeSet<&str> = words_after(code, "crate::")
            .filter(|used| allowed.contains_key(used))
            .collect();
        let wrong = used.into_iter().filter(|used| *used != layer && !below.contains(used));
        wrong.map(|used| format!("{name} uses {used}")).collect()
    }

    #[test]
    fn layers_use_only_what_stands_below_them() {
        let faults: Vec<String> = sources()
            .iter()
            .flat_map(|(name, code)| layer_faults(name, code))
            .collect();
        assert!(faults.is_empty(), "{faults:#?}");
    }

    #[test]
    fn a_wrong_use_is_found_and_one_in_a_test_is_not() {
        let wrong = "use crate::app::App;\nuse crate::domain::ids;\n";
        assert_eq!(layer_faults("src/store/x.rs", wrong), ["src/store/x.rs uses app"]);
        assert_eq!(layer_faults("src/store/x.rs", "use crate::{app, domain};").len(), 1);
        assert_eq!(layer_faults("src/strange/x.rs", "").len(), 1);
        let tested = format!("use crate::domain::ids;\n#[cfg(test)]\nmod tests {{\n{wrong}}}");
        assert!(layer_faults("src/store/x.rs", &without_tests(&tested)).is_empty());
    }

    #[test]
    fn no_path_climbs_out_of_its_layer() {
        for (name, code) in sources() {
            let depth = name.split('/').count() - 1 - usize::from(name.ends_with("/mod.rs"));
            let steep = "super::".repeat(depth.max(1));
            for line in code.lines() {
                assert!(!line.contains(&steep), "{name}: {line}");
            }
        }
    }

    #[test]
    fn domain_and_evidence_are_pure() {
        for (name, code) in sources() {
            if matches!(layer(&name), Some("domain" | "evidence" | "interchange")) {
                for outside in IMPURE {
                    assert!(!code.contains(&format!("{outside}::")), "{name} uses {outside}");
                }
                assert!(
                    !code.contains("async fn") && !code.contains("std::fs"),
                    "{name} does I/O"
                );
            }
        }
    }

    #[test]
    fn sql_stands_in_the_store_alone() {
        for (name, code) in sources() {
            if layer(&name) == Some("store") {
                continue;
            }
            assert!(!code.contains("sqlx::") || excepted(SQLX, &name), "{name} names sqlx");
            if excepted(SQL, &name) {
                let writes = ["INSERT ", "UPDATE ", "DELETE ", "CREATE ", "ALTER "].map(|verb| format!("\"{verb}"));
                assert!(!writes.iter().any(|verb| code.contains(verb)), "{name} writes");
                continue;
            }
            for verb in [
                "\"SELECT ",
                "\"INSERT INTO ",
                "\"UPDATE ",
                "\"DELETE FROM ",
                "\"CREATE ",
                "\"ALTER ",
                "sqlx::query",
            ] {
                assert!(!code.contains(verb), "{name} holds SQL: {verb}");
            }
        }
    }

    #[test]
    fn statuses_are_made_in_grpc_alone() {
        for (name, code) in sources() {
            if layer(&name) == Some("grpc") || excepted(STATUS, &name) {
                continue;
            }
            let imports = code.lines().filter(|line| line.trim_start().starts_with("use tonic::"));
            for import in imports {
                let words: Vec<&str> = import.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
                assert!(!words.contains(&"Status"), "{name}: {import}");
            }
            assert!(!code.contains("tonic::Status"), "{name} names tonic::Status");
        }
    }

    #[test]
    fn unsafe_code_is_forbidden_in_every_crate() {
        let workspace = text(&root().join("Cargo.toml"));
        assert!(workspace.contains("unsafe_code = \"forbid\""));
        for manifest in ["Cargo.toml", "proto/Cargo.toml"] {
            let manifest = text(&root().join(manifest));
            assert!(
                manifest.contains("[lints]\nworkspace = true"),
                "the workspace's lints hold"
            );
        }
    }

    #[test]
    fn no_lint_is_allowed_away() {
        // Written so that this line is not itself one.
        let banned = ["#[al", "low("].concat();
        for folder in ["src", "tests", "benches", "proto/src"] {
            for (name, text) in rust_files(folder) {
                assert!(!text.contains(&banned), "{name}: use #[expect(lint, reason = …)]");
            }
        }
    }

    #[test]
    fn files_stay_small_enough_to_hold_in_the_head() {
        for folder in ["src", "tests", "benches", "proto/src"] {
            for (name, text) in rust_files(folder) {
                let lines = text.lines().count();
                let may_be_longer = LONGER.iter().any(|(file, _)| *file == name);
                assert!(lines <= MOST_LINES || may_be_longer, "{name} has {lines} lines");
                assert!(
                    lines > MOST_LINES || !may_be_longer,
                    "{name} is short again: take it off the list"
                );
            }
        }
    }

    /// The number that a decision's page begins with: `0014` of `decisions/0014-backup-format.md`.
    fn number_of_page(target: &str) -> Option<&str> {
        let number = target.rsplit('/').next()?.split_once('-')?.0;
        (number.len() == 4 && number.bytes().all(|byte| byte.is_ascii_digit())).then_some(number)
    }

    #[test]
    fn a_link_to_a_decision_bears_the_number_of_its_page() {
        let mut links = 0;
        let pages = files(".")
            .into_iter()
            .filter(|(_, path)| path.extension().is_some_and(|ending| ending == "md"));
        for (name, path) in pages {
            let text = text(&path);
            let mut label = text.split("](").next().unwrap_or_default();
            for after in text.split("](").skip(1) {
                let target = after.split(')').next().unwrap_or_default();
                let words = label.rsplit('[').next().unwrap_or_default();
                let mut numbers = words.split(|c: char| !c.is_ascii_digit());
                let said = numbers.find(|number| number.len() == 4 && number.starts_with("00"));
                if let (Some(said), Some(number)) = (said, number_of_page(target)) {
                    links += 1;
                    assert_eq!(said, number, "{name}: {words} is {target}");
                }
                label = after;
            }
        }
        assert!(links > 10, "{links} links to decisions");
    }

    #[test]
    fn nothing_of_a_machine_stands_in_the_repository() {
        // Put together here, so that this file does not hold them.
        let homes = ["root", "home", "Users", "work"].map(|folder| format!("/{folder}/"));
        let known = ["Cargo.lock", "tests/python/requirements.txt"];
        for (name, path) in files(".") {
            let Ok(content) = std::fs::read_to_string(&path) else {
                continue;
            };
            for home in &homes {
                let found = content.match_indices(home.as_str()).any(|(place, _)| {
                    let before = content.get(..place).and_then(|before| before.chars().next_back());
                    // A path begins with it; an address or a sub-folder only contains it.
                    before.is_none_or(|c| c.is_whitespace() || "\"'`=(:".contains(c))
                });
                assert!(!found, "{name} holds a path of somebody's machine: {home}");
            }
            if !known.contains(&name.as_str()) {
                continue;
            }
            let sources = content.lines().filter(|line| line.starts_with("source = "));
            for source in sources {
                assert_eq!(
                    source, "source = \"registry+https://github.com/rust-lang/crates.io-index\"",
                    "{name}"
                );
            }
            assert!(
                !content.contains("--index-url") && !content.contains("--find-links"),
                "{name} names an index"
            );
        }
    }
}
