// endcap graph: a workflow as a picture.
#include <fmt/format.h>
#include <unistd.h>

#include <map>

#include "tools/common/compile_project.h"
#include "tools/endcap/commands.h"
#include "tools/endcap/named_workflow.h"
#include "tools/graph/from_workflow.h"
#include "tools/graph/write.h"

namespace endcap::command {

namespace {

enum class Picture : uint8_t { Mermaid, Svg, Dot };

struct GraphOptions {
  std::string workflow;
  std::string folder = ".";
  Picture format = Picture::Mermaid;
};

std::string drawn(const graph::Graph& graph, Picture format) {
  switch (format) {
    case Picture::Mermaid:
      return write_mermaid(graph);
    case Picture::Svg:
      return write_svg(graph);
    case Picture::Dot:
      return write_dot(graph);
  }
  return "";
}

int run_graph(const GraphOptions& options) {
  std::error_code error;
  if (!std::filesystem::is_directory(options.folder, error)) {
    tell(fmt::format("there is no folder {}: name the one with the project's endcap.toml", options.folder));
    return kInternal;
  }
  CheckedProject project = check_project(options.folder);
  const auto findings = project.diagnostics.sorted(project.sources);
  const std::string text = render(findings, project.sources, {Format::Human, wants_colour(STDERR_FILENO)});
  std::fputs(text.c_str(), stderr);  // stdout is for the picture
  if (!project.ok()) {
    tell(fmt::format("nothing was drawn: {}", summary(findings)));
    return kFindings;
  }
  const sema::Workflow* workflow = find_workflow(project.program, options.workflow);
  if (!workflow) return kUsage;
  const graph::Graph graph = graph::graph_of(project.program, *workflow, project.sources);
  return print(drawn(graph, options.format)) ? kClean : kInternal;
}

}  // namespace

void add_graph(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<GraphOptions>();
  auto* command = app.add_subcommand(
      "graph", "Draw a workflow: steps, waits, approvals, tasks, branches, and what happens otherwise");
  command
      ->add_option("WORKFLOW", options->workflow, "Its name; the last part is enough when it is the only one")
      ->required();
  command->add_option("FOLDER", options->folder, "The project: a folder with endcap.toml")
      ->capture_default_str();
  static const std::map<std::string, Picture> kPictures = {
      {"mermaid", Picture::Mermaid}, {"svg", Picture::Svg}, {"dot", Picture::Dot}};
  command
      ->add_option("--format", options->format,
                   "mermaid: for Markdown pages; svg: a picture complete in itself; dot: for Graphviz")
      ->transform(CLI::CheckedTransformer(kPictures).description("mermaid|svg|dot"))
      ->default_str("mermaid");
  command->footer(
      "Example:\n"
      "  endcap graph NationalPromotion workflows --format svg > promotion.svg\n"
      "  endcap graph NationalPromotion workflows --format dot | dot -Tpdf -o promotion.pdf\n"
      "\n"
      "Findings go to stderr; a project with errors is not drawn (exit code 1), one with warnings is.");
  command->callback([options, &exit_code] { exit_code = run_graph(*options); });
}

}  // namespace endcap::command
