//! `ikd-wasm-bindgen MODULE.wasm FOLDER NAME`: writes the JavaScript and TypeScript around a module.

use std::process::ExitCode;

use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [module, folder, name] = args.as_slice() else {
        return failure("three arguments: a module, a folder and a name");
    };
    let mut bindgen = Bindgen::new();
    bindgen.input_path(module).out_name(name).typescript(true).remove_producers_section(true);
    // `init()` without arguments finds the module beside the JavaScript, also behind a bundler.
    bindgen.omit_default_module_path(false);
    match bindgen.web(true).and_then(|bindgen| bindgen.generate(folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failure(&format!("{error:#}")),
    }
}

#[expect(clippy::print_stderr, reason = "a command")]
fn failure(text: &str) -> ExitCode {
    eprintln!("ikd-wasm-bindgen: {text}");
    ExitCode::from(2)
}
