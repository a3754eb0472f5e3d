// endcap signature: what waiting instances of each workflow depend on, as JSON.
#include <fmt/format.h>
#include <unistd.h>

#include <map>
#include <nlohmann/json.hpp>

#include "tools/endcap/commands.h"
#include "tools/endcap/signatures.h"

namespace endcap::command {

namespace {

nlohmann::ordered_json json_of(const sema::FunctionLabels& function) {
  auto parameters = nlohmann::ordered_json::array();
  for (const auto& parameter : function.parameters)
    parameters.push_back({{"name", parameter.name}, {"type", parameter.type}});
  return {{"function", function.name},
          {"parameters", std::move(parameters)},
          {"result", function.result},
          {"advice", function.from}};
}

nlohmann::ordered_json json_of(const std::vector<sema::WorkflowLabels::Of>& labels) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& each : labels) list.push_back({{"name", each.name}, {"advice", each.advised}});
  return list;
}

nlohmann::ordered_json json_of(const sema::WorkflowLabels& workflow) {
  return {{"workflow", workflow.name},
          {"control", workflow.control ? "advice" : "trusted"},
          {"parameters", json_of(workflow.parameters)},
          {"outcomes", json_of(workflow.outcomes)}};
}

template <typename Labels>
nlohmann::ordered_json list_of(const std::vector<Labels>& all) {
  auto list = nlohmann::ordered_json::array();
  for (const Labels& each : all) list.push_back(json_of(each));
  return list;
}

std::string human_text(const ProjectSignatures& signatures) {
  std::string text;
  for (const sema::FunctionLabels& function : signatures.labels.functions)
    text += fmt::format("function {}\n", text_of(function));
  for (const sema::WorkflowLabels& workflow : signatures.labels.workflows)
    text += fmt::format("workflow {}", text_of(workflow));
  return text;
}

int run_signature(const std::string& folder, Format format) {
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
  json["functions"] = list_of(signatures->labels.functions);
  json["labels"] = list_of(signatures->labels.workflows);
  const std::string text = format == Format::Json ? json.dump(2) + "\n" : human_text(*signatures);
  return print(text) ? kClean : kInternal;
}

}  // namespace

void add_signature(CLI::App& app, int& exit_code) {
  auto folder = std::make_shared<std::string>(".");
  auto format = std::make_shared<Format>(Format::Json);
  auto* command = app.add_subcommand(
      "signature", "Print what waiting instances depend on: wait points, live values, grants, payloads");
  command->add_option("FOLDER", *folder, "The project: a folder with endcap.toml")->capture_default_str();
  static const std::map<std::string, Format> kFormats = {{"human", Format::Human}, {"json", Format::Json}};
  command
      ->add_option("--format", *format,
                   "human: what counts as advice in functions and workflows; json: all of it, for programs")
      ->transform(CLI::CheckedTransformer(kFormats).description("human|json"))
      ->default_str("json");
  command->footer(
      "Example:\n"
      "  endcap signature workflows\n"
      "  endcap signature workflows --format human\n"
      "  endcap signature workflows | jq -r '.workflows[] | .workflow + \" \" + .signature'\n"
      "\n"
      "The same project always prints the same bytes. `endcap breaking` compares the signatures of two "
      "versions.");
  command->callback([folder, format, &exit_code] { exit_code = run_signature(*folder, *format); });
}

}  // namespace endcap::command
