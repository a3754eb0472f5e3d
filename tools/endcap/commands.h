// The subcommands of `endcap`: one function each, listed in main.cpp. A function adds its subcommand to the
// app and, when the subcommand is called, sets the exit code.
#pragma once

#include <CLI/CLI.hpp>

#include "tools/common/exit_code.h"

namespace endcap::command {

// check.cpp, test.cpp, fix.cpp, graph.cpp, explain.cpp, explain_time.cpp, fmt.cpp, init.cpp: what needs no
// running system.
void add_check(CLI::App& app, int& exit_code);
void add_test(CLI::App& app, int& exit_code);
void add_fix(CLI::App& app, int& exit_code);
void add_graph(CLI::App& app, int& exit_code);
void add_explain(CLI::App& app, int& exit_code);
void add_explain_time(CLI::App& app, int& exit_code);
void add_fmt(CLI::App& app, int& exit_code);
void add_init(CLI::App& app, int& exit_code);

// schema.cpp, signature.cpp, breaking.cpp, interface.cpp, plan.cpp: what others rely on, and what changed between two versions of a system or of the
// project.
void add_schema(CLI::App& app, int& exit_code);
void add_signature(CLI::App& app, int& exit_code);
void add_breaking(CLI::App& app, int& exit_code);
void add_interface(CLI::App& app, int& exit_code);
void add_plan(CLI::App& app, int& exit_code);

// serve.cpp, run.cpp: engines. talk.cpp: what asks a running daemon.
void add_serve(CLI::App& app, int& exit_code);
void add_run(CLI::App& app, int& exit_code);
void add_start(CLI::App& app, int& exit_code);
void add_list(CLI::App& app, int& exit_code);
void add_show(CLI::App& app, int& exit_code);
void add_history(CLI::App& app, int& exit_code);
void add_schedules(CLI::App& app, int& exit_code);
void add_routes(CLI::App& app, int& exit_code);
void add_held(CLI::App& app, int& exit_code);
void add_tasks(CLI::App& app, int& exit_code);
void add_lines(CLI::App& app, int& exit_code);
void add_decide(CLI::App& app, int& exit_code);
void add_delegate(CLI::App& app, int& exit_code);
void add_resume(CLI::App& app, int& exit_code);
void add_event(CLI::App& app, int& exit_code);

// backup.cpp, restore.cpp: copies of a data folder.
void add_backup(CLI::App& app, int& exit_code);
void add_restore(CLI::App& app, int& exit_code);

// sim.cpp: the engine itself, tried.
void add_sim(CLI::App& app, int& exit_code);

// "endcap: ..." on stderr: progress, summaries and errors. Findings go to stdout.
void tell(std::string_view text);

// Writes findings to stdout and flushes; false when that failed (a full disk, a closed pipe).
bool print(std::string_view text);

}  // namespace endcap::command
