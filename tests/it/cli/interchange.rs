//! Documents in the formats of other systems, from file to file: no hub is asked.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::Done;
use crate::harness::commands::kind;

const REQUEST: &str = "req_019aa9c0a1007000800000000000abcd";

fn run(folder: &Path, words: &[&str]) -> Done {
    let program = Command::new(env!("CARGO_BIN_EXE_lienthong"))
        .args(words)
        .current_dir(folder)
        .output();
    Done::of(program.expect("it runs"))
}

/// The examples of an account enquiry and its answer, and the agencies' codes on the axis.
fn files(folder: &Path) -> Value {
    let enquiry = kind("account-information");
    let order: Value = serde_json::from_str(&enquiry.order_example).expect("JSON");
    fs::write(folder.join("order.json"), &enquiry.order_example).expect("written");
    for (outcome, answer) in &enquiry.answer_examples {
        fs::write(folder.join(format!("{outcome}.json")), answer).expect("written");
    }
    let agencies = order["recipients"]
        .as_array()
        .expect("recipients")
        .iter()
        .chain([&order["agency"]]);
    let organs = agencies.enumerate().map(|(number, code)| {
        let organ = json!({ "id": format!("000.00.00.X{number:02}"), "name": format!("Cơ quan {number} (giả lập)") });
        (code.as_str().expect("a code").to_owned(), organ)
    });
    fs::write(folder.join("organs.json"), Value::Object(organs.collect()).to_string()).expect("written");
    order
}

#[test]
fn an_order_goes_out_as_a_packet_of_the_axis_and_comes_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let order = files(folder.path());
    let out = run(
        folder.path(),
        &[
            "interchange",
            "edxml",
            "export",
            "order.json",
            "--organs",
            "organs.json",
        ],
    );
    assert_eq!(out.status, 0, "{}", out.stderr);
    fs::write(folder.path().join("order.edxml"), &out.stdout).expect("written");
    let back = run(folder.path(), &["interchange", "edxml", "import", "order.edxml"]);
    let said: Value = serde_json::from_str(&back.stdout).expect("JSON");
    let head = &order["head"];
    assert_eq!(said["subject"], head["subject"]);
    assert_eq!(said["date"], head["date"]);
    assert_eq!(said["signer"]["full_name"], head["signer"]["full_name"]);
    let number = format!(
        "{}/{}",
        head["number"].as_str().expect("a number"),
        head["symbol"].as_str().expect("a symbol")
    );
    assert_eq!(said["number"], number.as_str());
    let from = order["agency"].as_str().expect("a code");
    let words = [
        "interchange",
        "edxml",
        "status",
        "order.json",
        "--organs",
        "organs.json",
        "--code",
        "03",
        "--from",
        from,
    ];
    let status = run(folder.path(), &words);
    fs::write(folder.path().join("status.edxml"), &status.stdout).expect("written");
    let back = run(folder.path(), &["interchange", "edxml", "import", "status.edxml"]);
    let said: Value = serde_json::from_str(&back.stdout).expect("JSON");
    assert_eq!(
        (&said["code"], &said["response_for"]["number"]),
        (&"03".into(), &number.as_str().into())
    );
}

#[test]
fn every_answer_to_an_account_enquiry_goes_out_as_auth_002_and_comes_back_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    files(folder.path());
    let order = run(
        folder.path(),
        &["interchange", "iso20022", "order", "order.json", "--request", REQUEST],
    );
    assert!(
        order.status == 0 && order.stdout.contains("<InfReqOpng>"),
        "{}",
        order.stderr
    );
    for (outcome, answer) in &kind("account-information").answer_examples {
        let name = format!("{outcome}.json");
        let out = run(
            folder.path(),
            &[
                "interchange",
                "iso20022",
                "answer",
                "order.json",
                "--request",
                REQUEST,
                "--answer",
                &name,
            ],
        );
        assert_eq!(out.status, 0, "{}", out.stderr);
        fs::write(folder.path().join("answer.xml"), &out.stdout).expect("written");
        let back = run(folder.path(), &["interchange", "iso20022", "import", "answer.xml"]);
        let said: Value = serde_json::from_str(&back.stdout).expect("JSON");
        let stated: Value = serde_json::from_str(answer).expect("JSON");
        assert_eq!(said["outcome"], outcome.as_str());
        assert_eq!(said["payload"], stated["payload"], "{outcome}");
        assert_eq!(said["enforcement_request_id"], REQUEST);
        assert_eq!(said["missing"], json!([]), "{outcome}");
    }
}

#[test]
fn what_cannot_be_read_is_told_with_file_and_place_and_status_2() {
    let folder = tempfile::tempdir().expect("a folder");
    files(folder.path());
    fs::write(folder.path().join("no-organs.json"), "{}").expect("written");
    fs::write(
        folder.path().join("bad.xml"),
        "<!DOCTYPE x [<!ENTITY a \"b\">]><x>&a;</x>",
    )
    .expect("written");
    fs::write(folder.path().join("cut.xml"), "<edXML><edXMLEnvelope>").expect("written");
    let kept = kind("land-information").order_example.clone();
    fs::write(folder.path().join("land.json"), kept).expect("written");
    for (words, told) in [
        (
            vec!["edxml", "export", "order.json", "--organs", "no-organs.json"],
            "trục",
        ),
        (
            vec!["edxml", "export", "order.json", "--organs", "gone.json"],
            "gone.json",
        ),
        (
            vec![
                "edxml",
                "export",
                "order.json",
                "--organs",
                "organs.json",
                "--file",
                "bad.xml",
            ],
            "--file",
        ),
        (vec!["edxml", "import", "bad.xml"], "DOCTYPE"),
        (vec!["edxml", "import", "cut.xml"], "cut.xml"),
        (
            vec!["iso20022", "order", "land.json", "--request", REQUEST],
            "account-information",
        ),
        (vec!["iso20022", "import", "cut.xml"], "cut.xml"),
    ] {
        let words: Vec<&str> = ["interchange"].into_iter().chain(words).collect();
        let done = run(folder.path(), &words);
        assert_eq!((done.status, done.stdout.as_str()), (2, ""), "{words:?}");
        assert!(done.stderr.contains(told), "{words:?}: {}", done.stderr);
    }
}
