// Another program, run to its end without a shell.
#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace endcap::command {

struct ProcessOptions {
  std::vector<std::pair<std::string, std::string>> set;  // environment, over ours
  std::vector<std::string> unset;
  std::filesystem::path input;  // standard input; /dev/null when empty
};

struct Finished {
  int exit_code = 0;  // 128 + n when signal n ended it
  std::string out, err;
};

// `arguments[0]` is looked up in PATH. The error is a phrase: "git: No such file or directory".
std::expected<Finished, std::string> run_process(const std::vector<std::string>& arguments,
                                                 const ProcessOptions& options = {});

}  // namespace endcap::command
