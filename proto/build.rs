//! Turns the .proto files into Rust without protoc: messages, clients and servers, the descriptor set, and `enum Rpc`.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// Where the files of the package stand, below this crate's folder.
const PACKAGE_DIR: &str = "lienthong/hub/v1";
/// The package that `enum Rpc` covers.
const PACKAGE: &str = "lienthong.hub.v1";

/// A method of a service, by its names in the .proto file.
struct Method {
    service: String,
    name: String,
}

#[expect(
    clippy::disallowed_methods,
    reason = "cargo speaks to build scripts through the environment"
)]
fn main() -> Result<(), Box<dyn Error>> {
    // A folder is watched whole, so a new or removed file is noticed too.
    writeln!(io::stdout(), "cargo:rerun-if-changed={PACKAGE_DIR}")?;
    writeln!(io::stdout(), "cargo:rerun-if-changed=build.rs")?;

    let out_dir = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    let mut compiler = protox::Compiler::new(["."])?;
    compiler
        .include_source_info(true)
        .include_imports(true)
        .open_files(proto_files()?)?;
    let descriptors = compiler.file_descriptor_set();

    let methods: Vec<Method> = descriptors
        .file
        .iter()
        .filter(|file| file.package() == PACKAGE)
        .flat_map(|file| &file.service)
        .flat_map(|service| {
            service.method.iter().map(|method| Method {
                service: service.name().into(),
                name: method.name().into(),
            })
        })
        .collect();

    fs::write(
        out_dir.join("descriptor_set.bin"),
        compiler.encode_file_descriptor_set(),
    )?;
    write_rpc_enum(&out_dir.join("rpc.rs"), &methods)?;
    // Every `bytes` field becomes `bytes::Bytes`: a slice of the received frame, not a copy.
    tonic_prost_build::configure()
        .bytes(".")
        .out_dir(&out_dir)
        .compile_fds(descriptors)?;
    Ok(())
}

/// The .proto files of the package, in a stable order.
fn proto_files() -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(PACKAGE_DIR)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "proto") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Writes `enum Rpc`, one variant per method, so that a match over it breaks when a method is added.
fn write_rpc_enum(path: &Path, methods: &[Method]) -> Result<(), Box<dyn Error>> {
    let mut variants = String::new();
    let mut all = String::new();
    let mut paths = String::new();
    let mut from_path = String::new();
    let mut services: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut names = String::new();
    for Method { service, name } in methods {
        let variant = format!("{service}{name}");
        let full_path = format!("/{PACKAGE}.{service}/{name}");
        writeln!(variants, "    /// `{full_path}`\n    {variant},")?;
        writeln!(all, "        Self::{variant},")?;
        writeln!(paths, "            Self::{variant} => \"{full_path}\",")?;
        writeln!(from_path, "            \"{full_path}\" => Some(Self::{variant}),")?;
        services.entry(service).or_default().push(format!("Self::{variant}"));
        writeln!(names, "            Self::{variant} => \"{name}\",")?;
    }
    let services: Vec<String> = services
        .into_iter()
        .map(|(service, variants)| {
            format!(
                "            {} => \"{PACKAGE}.{service}\",\n",
                variants.join("\n            | ")
            )
        })
        .collect();
    let services = services.concat();
    let code = format!(
        "/// Every method of every service of `{PACKAGE}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Rpc {{
{variants}}}

impl Rpc {{
    /// Every method, in the order of the .proto files.
    pub const ALL: &'static [Self] = &[
{all}    ];

    /// The path of its HTTP/2 requests, for example `/{PACKAGE}.RequestService/Submit`.
    pub const fn path(self) -> &'static str {{
        match self {{
{paths}        }}
    }}

    /// The method with this path, if there is one.
    pub fn from_path(path: &str) -> Option<Self> {{
        match path {{
{from_path}            _ => None,
        }}
    }}

    /// The full name of its service, for example `{PACKAGE}.RequestService`.
    pub const fn service(self) -> &'static str {{
        match self {{
{services}        }}
    }}

    /// Its name within the service, for example `Submit`.
    pub const fn method(self) -> &'static str {{
        match self {{
{names}        }}
    }}
}}
"
    );
    fs::write(path, code)?;
    Ok(())
}
