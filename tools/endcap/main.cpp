// The command: one subcommand a line of the table below.
#include <fmt/format.h>

#include <csignal>
#include <exception>

#include "compiler/diag/diagnostic.h"
#include "tools/endcap/commands.h"

namespace {

using AddCommand = void (*)(CLI::App& app, int& exit_code);

constexpr AddCommand kCommands[] = {
    // clang-format off: one line each, so that two new commands do not meet
    endcap::command::add_check,
    endcap::command::add_test,
    endcap::command::add_fix,
    endcap::command::add_fmt,
    endcap::command::add_explain,
    endcap::command::add_explain_time,
    endcap::command::add_graph,
    endcap::command::add_init,
    endcap::command::add_schema,
    endcap::command::add_signature,
    endcap::command::add_breaking,
    endcap::command::add_interface,
    endcap::command::add_plan,
    endcap::command::add_run,
    endcap::command::add_serve,
    endcap::command::add_start,
    endcap::command::add_list,
    endcap::command::add_show,
    endcap::command::add_history,
    endcap::command::add_schedules,
    endcap::command::add_routes,
    endcap::command::add_held,
    endcap::command::add_tasks,
    endcap::command::add_lines,
    endcap::command::add_decide,
    endcap::command::add_delegate,
    endcap::command::add_resume,
    endcap::command::add_event,
    endcap::command::add_sim,
    endcap::command::add_backup,
    endcap::command::add_restore,
    // clang-format on
};

constexpr const char* kAbout =
    "Endcap checks and runs the workflows of retail promotions.\n"
    "Findings go to stdout, progress and logs to stderr.";

constexpr const char* kFooter =
    "Start here:\n"
    "  endcap init shop          make a project that works\n"
    "  endcap check shop         check it against the metadata of its systems\n"
    "  endcap fmt shop           bring its sources into their one layout\n"
    "  endcap test shop          run its tests in virtual time\n"
    "  endcap explain EC0301     what a finding means, with an example that fails and one that passes\n"
    "\n"
    "Exit codes: 0 clean, 1 findings, 2 usage, 3 internal or input/output, 4 server unreachable, 5 denied, 6 "
    "conflict.";

// A subcommand that does not exist is usually one that was misspelled. True when that is what is wrong.
bool tell_unknown_command(const CLI::App& app, int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') return false;
  std::vector<std::string> names;
  for (auto* command : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(command->get_name());
  for (auto& name : names) {
    if (name == argv[1]) return false;
  }
  const auto meant = endcap::did_you_mean(argv[1], names);
  endcap::command::tell(fmt::format(
      "there is no command `{}`{}", argv[1],
      meant ? fmt::format("; did you mean `endcap {}`?", *meant) : std::string(": see endcap --help")));
  return true;
}

int run(int argc, char** argv) {
  CLI::App app{kAbout, "endcap"};
  app.footer(kFooter);
  app.set_version_flag("--version", "endcap " ENDCAP_VERSION);
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);
  int exit_code = endcap::kClean;
  for (auto add : kCommands) add(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const bool asked = error.get_exit_code() == 0;  // --help, --version
    if (asked || !tell_unknown_command(app, argc, argv)) app.exit(error);
    return asked ? endcap::kClean : endcap::kUsage;
  }
  return exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is a failed write, with a message and exit code of its own
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    endcap::command::tell(fmt::format("internal error: {}. This is a bug in endcap", error.what()));
    return endcap::kInternal;
  }
}
