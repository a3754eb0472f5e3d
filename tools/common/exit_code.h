// What the command's exit codes mean; the same for every subcommand.
#pragma once

namespace endcap {

enum ExitCode : int {
  kClean = 0,
  kFindings = 1,     // diagnostics, or a failed test
  kUsage = 2,        // the command line can't be understood
  kInternal = 3,     // input/output failed, or a bug of ours
  kUnreachable = 4,  // no server at that address
  kDenied = 5,       // the server does not let this person do that
  kConflict = 6,     // what is there already stands against it
};

}  // namespace endcap
