// endcap-sandbox: a retail estate on loopback to run workflows against.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "tools/sandbox/estate.h"
#include "tools/sandbox/server.h"

namespace {

constexpr const char* kAbout =
    "A retail estate on loopback: an ERP (OData V2 under /erp), a web shop (OData V4 under /shop), tills "
    "(/pos), warehouses (/wms) and a model (/models/uplift).\n"
    "600 stores in 8 regions, three distribution centres, the promotions P-1 to P-3. Everything follows from "
    "--seed but the time stamps, which are the real clock's; state lives as long as the process.\n";

constexpr const char* kExamples =
    "Examples:\n"
    "  endcap-sandbox --port 8600\n"
    "  curl -u endcap:sandbox \"http://127.0.0.1:8600/erp/A_RetailPromotion('P-1')/to_Stores?\\$top=2\"\n"
    "  curl -d '{\"match\": {\"path\": \"A_PriceCondition\"}, \"fault\": \"timeout_after_commit\"}' "
    "http://127.0.0.1:8600/sandbox/faults\n"
    "  curl http://127.0.0.1:8600/sandbox/audit\n"
    "GET /sandbox lists every switch.\n";

}  // namespace

int main(int argc, char** argv) {
  using namespace endcap::sandbox;
  CLI::App app{kAbout, "endcap-sandbox"};
  app.footer(kExamples);
  EstateOptions options;
  options.schemas = "workflows/schemas";
  uint16_t port = 8600;
  std::string port_file, password_env;
  std::vector<std::string> ignored;
  app.add_option("--port", port, "port on 127.0.0.1; 0 picks a free one and prints it")
      ->capture_default_str();
  app.add_option("--port-file", port_file, "file to write the port to, once requests are answered");
  app.add_option("--schemas", options.schemas, "folder with erp.edmx and shop.xml")->capture_default_str();
  app.add_option("--seed", options.seed, "stock and forecasts follow from it")->capture_default_str();
  app.add_option("--small-promotions", options.small_promotions,
                 "this many more promotions, S-0001 and on, of three stores each");
  app.add_option("--page-size", options.page_size, "entities in one page of a collection")
      ->capture_default_str()
      ->check(CLI::Range(1, 100000));
  app.add_option("--ledger", options.ledger_file,
                 "file to append every effective change to, one JSON object a line");
  app.add_option("--sink", options.sink, "URL that events are posted to (CloudEvents, structured)");
  app.add_option("--user", options.user, "user of the ERP; empty lets everybody in")->capture_default_str();
  app.add_option("--password-env", password_env,
                 "environment variable with the ERP's password (default: the password is 'sandbox')");
  app.add_option("--ignore-keys", ignored,
                 "entity sets that do not honour idempotency keys, as A_PriceCondition");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  options.ignore_keys = {ignored.begin(), ignored.end()};
  if (!password_env.empty()) {
    const char* password = std::getenv(password_env.c_str());
    if (!password) {
      fmt::print(stderr, "The environment variable {} is not set: it should hold the ERP's password.\n",
                 password_env);
      return 2;
    }
    options.password = password;
  }

  auto server = Server::bind(port);
  if (!server) {
    fmt::print(stderr, "{}\n", server.error());
    return 3;
  }
  auto estate = Estate::open(options);
  if (!estate) {
    fmt::print(stderr, "{}\n", estate.error());
    return 3;
  }
  fmt::print("{}\n", (*server)->port());
  std::fflush(stdout);
  if (!port_file.empty()) {
    // Written beside and renamed: who waits for the file never reads half a number.
    std::string beside = port_file + ".new";
    std::ofstream(beside) << (*server)->port() << '\n';
    if (std::rename(beside.c_str(), port_file.c_str()) != 0) {
      fmt::print(stderr, "The port file {} can't be written.\n", port_file);
      return 3;
    }
  }
  fmt::print(stderr, "The estate answers on http://127.0.0.1:{}; GET /sandbox lists its switches.\n",
             (*server)->port());
  (*server)->run([&](const Request& request) { return (*estate)->handle(request); });
  return 0;
}
