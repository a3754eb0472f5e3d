// An engine with everything it needs from a project: the compiled program, people, systems. Shared by `serve`
// and `run`.
#pragma once

#include <expected>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/advise/advisors.h"
#include "runtime/connect/odata.h"
#include "runtime/engine/engine.h"
#include "runtime/serve/partner_api.h"
#include "tools/common/compile_project.h"
#include "tools/common/exit_code.h"

namespace endcap::command {

struct HostOptions {
  std::string folder = ".";
  std::vector<std::string> systems, advisors;  // NAME=URL, over what endcap.toml says
  std::string keep_history;                    // "400 days" or "forever", likewise
  bool interpreter = false;
  bool partners = false;  // they may call: their tokens are looked for
  std::optional<std::filesystem::path> object_cache;
};

// Why something did not start: the exit code, and one paragraph for people (empty when the findings were
// printed).
struct Refused {
  ExitCode exit_code = kInternal;
  std::string message;
};

std::unexpected<Refused> refuse(ExitCode code, std::string message);

struct Host {
  std::shared_ptr<const abi::Program> program;
  EngineOptions engine;
  std::vector<ODataSystem> systems;
  std::vector<AdvisorServer> advisors;
  std::vector<PartnerAccess> partners;  // those who have a token
  std::string compiled;                 // "3 modules: 0 compiled, 3 from the cache, 12 ms"
};

// Checks and compiles the project; findings go to stdout when there are errors.
std::expected<Host, Refused> make_host(const HostOptions& options);

// To the systems and advisors of the host.
std::unique_ptr<Connector> make_connector(const Host& host);

// An instant of the command line: RFC 3339.
std::expected<Instant, Refused> parse_instant(const std::string& text);

ExitCode exit_code_of(JournalError::Kind kind);

}  // namespace endcap::command
