// endcap explain: what a diagnostic means.
#include <fmt/format.h>

#include "compiler/diag/diagnostic.h"
#include "tools/endcap/commands.h"

namespace endcap::command {

namespace {

std::string_view severity_name(Severity severity) {
  switch (severity) {
    case Severity::Error:
      return "error";
    case Severity::Warning:
      return "warning";
    case Severity::Note:
      return "note";
  }
  return "";
}

int list_codes() {
  std::string text;
  for (auto& one : all_diagnostics()) {
    text +=
        fmt::format("{}  {:<7}  {:<24} {}\n", one.code, severity_name(one.severity), one.name, one.message);
  }
  return print(text) ? kClean : kInternal;
}

int run_explain(const std::string& code) {
  if (code.empty()) return list_codes();
  if (const DiagnosticInfo* found = find_diagnostic(code)) {
    std::string text(explanation(found->kind));
    if (text.empty())
      text = fmt::format("# {} {}\n\n{}: {}\n", found->code, found->name, severity_name(found->severity),
                         found->message);
    return print(text) ? kClean : kInternal;
  }
  std::vector<std::string> codes;
  for (auto& one : all_diagnostics()) codes.emplace_back(one.code);
  auto meant = did_you_mean(code, codes);
  tell(fmt::format("there is no diagnostic {}{}; `endcap explain` lists them all", code,
                   meant ? fmt::format(", did you mean {}?", *meant) : ""));
  return kUsage;
}

}  // namespace

void add_explain(CLI::App& app, int& exit_code) {
  auto code = std::make_shared<std::string>();
  auto* command =
      app.add_subcommand("explain", "Explain a finding, with an example that fails and one that passes");
  command->add_option("CODE", *code, "Code of a finding, such as EC0301; without it all codes are listed");
  command->footer(
      "Example:\n"
      "  endcap explain EC0551\n"
      "  endcap explain | grep policy");
  command->callback([code, &exit_code] { exit_code = run_explain(*code); });
}

}  // namespace endcap::command
