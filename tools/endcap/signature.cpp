// endcap signature: what waiting instances of each workflow depend on, as JSON.
#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "tools/endcap/commands.h"
#include "tools/endcap/signatures.h"

namespace endcap::command {

namespace {

int run_signature(const std::string& folder) {
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error)) {
    tell(fmt::format("there is no folder {}: name the one with the project's endcap.toml", folder));
    return kInternal;
  }
  CheckedProject project = check_project(folder);
  std::expected<ProjectSignatures, std::string> signatures;
  if (project.ok()) signatures = signatures_of(project);
  if (project.ok() && !signatures) {
    tell(signatures.error());
    return kInternal;
  }
  if (!project.ok()) {
    const auto findings = project.diagnostics.sorted(project.sources);
    if (!print(render(findings, project.sources, {Format::Human, wants_colour(STDOUT_FILENO)})))
      return kInternal;
    tell(fmt::format("{} has errors: {}. Only what compiles has a signature", folder, summary(findings)));
    return kFindings;
  }
  nlohmann::ordered_json json{{"project", project.project.name},
                              {"workflows", nlohmann::ordered_json::array()}};
  for (const ir::Signature& signature : signatures->signatures)
    json["workflows"].push_back(nlohmann::ordered_json::parse(ir::to_json(signature, -1)));
  return print(json.dump(2) + "\n") ? kClean : kInternal;
}

}  // namespace

void add_signature(CLI::App& app, int& exit_code) {
  auto folder = std::make_shared<std::string>(".");
  auto* command = app.add_subcommand(
      "signature", "Print what waiting instances depend on: wait points, live values, grants, payloads");
  command->add_option("FOLDER", *folder, "The project: a folder with endcap.toml")->capture_default_str();
  command->footer(
      "Example:\n"
      "  endcap signature workflows\n"
      "  endcap signature workflows | jq -r '.workflows[] | .workflow + \" \" + .signature'\n"
      "\n"
      "The same project always prints the same bytes. `endcap breaking` compares the signatures of two "
      "versions.");
  command->callback([folder, &exit_code] { exit_code = run_signature(*folder); });
}

}  // namespace endcap::command
