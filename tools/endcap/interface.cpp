// endcap interface: what partners may ask for, as an OpenAPI document.
#include <fmt/format.h>
#include <unistd.h>

#include <charconv>

#include "runtime/serve/openapi.h"
#include "tools/common/compile_project.h"
#include "tools/endcap/commands.h"

namespace endcap::command {

namespace {

struct InterfaceOptions {
  std::string name;  // "Offers" or "Offers/2"
  std::string folder = ".";
};

// The newest version where none is said; null with a message.
const abi::Interface* find_version(const abi::Program& program, const std::string& wanted) {
  const size_t slash = wanted.rfind('/');
  const std::string name = wanted.substr(0, slash);
  uint32_t version = 0;
  if (slash != std::string::npos) {
    const char* const end = wanted.data() + wanted.size();
    const auto [stop, error] = std::from_chars(wanted.data() + slash + 1, end, version);
    if (error != std::errc() || stop != end) {
      tell(fmt::format("{} is not NAME or NAME/VERSION, as in Offers/2", wanted));
      return nullptr;
    }
  }
  const abi::Interface* found = nullptr;
  std::vector<std::string> names;
  for (const abi::Interface& interface : program.interfaces) {
    names.push_back(fmt::format("{}/{}", interface.name, interface.version));
    if (interface.name != name || (slash != std::string::npos && interface.version != version)) continue;
    if (found == nullptr || interface.version > found->version) found = &interface;
  }
  if (found != nullptr) return found;
  tell(names.empty() ? std::string("the project declares no interface")
                     : fmt::format("there is no interface {}; there are {}", wanted, fmt::join(names, ", ")));
  return nullptr;
}

int run_interface(const InterfaceOptions& options) {
  std::error_code error;
  if (!std::filesystem::is_directory(options.folder, error)) {
    tell(fmt::format("there is no folder {}: name the one with the project's endcap.toml", options.folder));
    return kInternal;
  }
  CheckedProject project = check_project(options.folder);
  const auto findings = project.diagnostics.sorted(project.sources);
  const std::string text = render(findings, project.sources, {Format::Human, wants_colour(STDERR_FILENO)});
  std::fputs(text.c_str(), stderr);  // stdout is for the document
  if (!project.ok()) {
    tell(fmt::format("nothing was written: {}", summary(findings)));
    return kFindings;
  }
  const abi::Interface* interface = find_version(project.program.abi, options.name);
  if (interface == nullptr) return kUsage;
  return print(openapi_json(project.program.abi, *interface)) ? kClean : kInternal;
}

}  // namespace

void add_interface(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<InterfaceOptions>();
  auto* command =
      app.add_subcommand("interface", "Print what partners may ask for, as an OpenAPI 3.1 document");
  command->add_option("NAME", options->name, "An interface, NAME or NAME/VERSION; without one the newest")
      ->required();
  command->add_option("FOLDER", options->folder, "The project: a folder with endcap.toml")
      ->capture_default_str();
  command->footer(
      "Example:\n"
      "  endcap interface MarketplaceOffers workflows > offers.json\n"
      "  endcap interface MarketplaceOffers/1 workflows | diff - published/offers-1.json\n"
      "\n"
      "The same project always prints the same bytes. Findings go to stderr.");
  command->callback([options, &exit_code] { exit_code = run_interface(*options); });
}

}  // namespace endcap::command
