//! What the program writes for its user: a configuration file, completions, the manual.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use poolhouse_pool::testing::Scratch;

use crate::program::{Server, refusal, run};

#[test]
fn a_configuration_file_is_written_once_and_a_server_starts_with_it() {
    let scratch = Scratch::default();
    let wrote = run(&scratch, &["init"]);
    assert!(wrote.status.success());
    assert_eq!(
        String::from_utf8(wrote.stdout).unwrap(),
        "Wrote poolhouse.toml. Every setting in it is switched off by a #: take that away where you want another value.\n"
    );
    let file = scratch.path().join("poolhouse.toml");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let text = fs::read_to_string(&file).unwrap();
    assert_eq!(
        refusal(&scratch, &["init"]),
        "poolhouse: poolhouse.toml is there already and was left as it is. Name another file: poolhouse init other.toml."
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
    assert!(Server::start(&scratch, &[]).stop());
    fs::write(
        &file,
        text.replace("# data = \"poolhouse-data\"", "data = \"elsewhere\""),
    )
    .unwrap();
    assert!(Server::start(&scratch, &[]).stop());
    assert!(scratch.path().join("elsewhere/poolhouse.db").is_file());
}

#[test]
fn every_shell_gets_completions_that_know_the_commands() {
    let scratch = Scratch::default();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let printed = run(&scratch, &["completions", shell]);
        let script = String::from_utf8(printed.stdout).unwrap();
        assert!(printed.status.success());
        for word in ["quickstart", "doctor", "listen"] {
            assert!(script.contains(word), "{shell} {word}");
        }
    }
    // Bash at least is everywhere the tests are: it takes the script.
    scratch.write(
        "completions.bash",
        &String::from_utf8(run(&scratch, &["completions", "bash"]).stdout).unwrap(),
    );
    let asked = "source completions.bash && COMP_WORDS=(poolhouse qui) COMP_CWORD=1 && _poolhouse poolhouse qui poolhouse && echo ${COMPREPLY[@]}";
    let bash = std::process::Command::new("bash")
        .args(["-c", asked])
        .current_dir(scratch.path())
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(bash.stdout).unwrap(), "quickstart\n");
}

#[test]
fn the_manual_has_a_page_for_the_program_and_one_for_each_command() {
    let scratch = Scratch::default();
    let page = String::from_utf8(run(&scratch, &["man"]).stdout).unwrap();
    assert!(page.contains(".TH poolhouse 1"), "{page}");
    assert!(page.contains("poolhouse\\-quickstart(1)"), "{page}");
    assert!(run(&scratch, &["man", "--into", "man1"]).status.success());
    for name in [
        "poolhouse",
        "poolhouse-serve",
        "poolhouse-quickstart",
        "poolhouse-keys-create",
        "poolhouse-doctor",
    ] {
        let page = fs::read_to_string(scratch.path().join(format!("man1/{name}.1"))).unwrap();
        assert!(page.contains(".SH SYNOPSIS"), "{name}");
    }
}
