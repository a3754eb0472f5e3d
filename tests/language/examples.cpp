// Examples of explanations as modules and projects: see examples.h.
#include "tests/language/examples.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

namespace endcap::language {

namespace {

constexpr std::string_view kHead =
    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
    "<edmx:Edmx Version=\"1.0\" xmlns:edmx=\"http://schemas.microsoft.com/ado/2007/06/edmx\"\n"
    "  xmlns:m=\"http://schemas.microsoft.com/ado/2007/08/dataservices/metadata\"\n"
    "  xmlns:sap=\"http://www.sap.com/Protocols/SAPData\">\n"
    "<edmx:DataServices m:DataServiceVersion=\"2.0\">\n"
    "<Schema Namespace=\"desk\" xmlns=\"http://schemas.microsoft.com/ado/2008/09/edm\">\n";
constexpr std::string_view kHeadV4 =
    "<edmx:Edmx Version=\"4.0\" xmlns:edmx=\"http://docs.oasis-open.org/odata/ns/edmx\">\n"
    "<edmx:Reference Uri=\"http://example.org/other.xml\">\n"
    "<edmx:Include Namespace=\"other.types\" Alias=\"Other\"/></edmx:Reference>\n"
    "<edmx:DataServices>"
    "<Schema Namespace=\"desk\" Alias=\"Self\" xmlns=\"http://docs.oasis-open.org/odata/ns/edm\">\n";
constexpr std::string_view kFoot = "</Schema></edmx:DataServices></edmx:Edmx>\n";
constexpr std::string_view kSettings = "[project]\nname = \"desk\"\n";
constexpr std::string_view kSystem =
    "[systems.desk]\nschema = \"desk.edmx\"\nurl = \"http://127.0.0.1:8600/desk\"\n";
constexpr std::string_view kPin =
    "[systems.desk]\nschema = \"desk.edmx\"\nsha256 = \"<hash of desk.edmx>\"\n";

std::string in_schema(const Block& block) {
  return fmt::format("{}{}{}", block.what == "v4" ? kHeadV4 : kHead, block.text, kFoot);
}

// What is shown, and around it what the example leaves out.
Files desk(const std::vector<Block>& blocks) {
  Files files{{"desk.edmx", in_schema({"xml", "", "<ComplexType Name=\"Note\"/>\n"})},
              {"notes.endcap", "module desk.notes\n"},
              {"endcap.toml", std::string(kSettings) + std::string(kSystem)},
              {"endcap.lock", std::string(kPin)}};
  for (const auto& [language, what, text] : blocks) {
    if (language == "endcap") {
      files["example.endcap"] = text;
    } else if (language == "csv") {
      files[what] = text;
    } else if (language == "xml") {
      files["desk.edmx"] = what == "file" ? text : in_schema({language, what, text});
    } else if (what == "lock") {
      files["endcap.lock"] = text;
    } else {
      const bool project = text.find("[project]") != std::string::npos || text.find("[project") == 0;
      const bool system = text.find("[systems.") != std::string::npos;
      files["endcap.toml"] = (project ? "" : std::string(kSettings)) + text +
                             (project || system ? "" : "\n" + std::string(kSystem));
      if (project && !system) files.erase("endcap.lock");
    }
  }
  return files;
}

}  // namespace

std::vector<Block> blocks_of(const std::string& markdown, std::string_view kind) {
  std::vector<Block> blocks;
  for (size_t at = markdown.find("\n```"); at != std::string::npos; at = markdown.find("\n```", at)) {
    const size_t line_end = markdown.find('\n', at + 1), close = markdown.find("\n```", line_end);
    REQUIRE(close != std::string::npos);
    const std::string info = markdown.substr(at + 4, line_end - at - 4);
    const size_t space = info.find(' ');
    const std::string rest = space == std::string::npos ? "" : info.substr(space + 1);
    const size_t second = rest.find(' ');
    if (rest.substr(0, second) == kind)
      blocks.push_back({info.substr(0, space), second == std::string::npos ? "" : rest.substr(second + 1),
                        counted_on(markdown.substr(line_end + 1, close - line_end))});
    at = close + 4;
  }
  return blocks;
}

Checked check_example(const std::vector<Block>& blocks) {
  const auto is_file = [](const Block& block) {
    return block.what.find('.') != std::string::npos && block.language != "csv";
  };
  if (std::ranges::any_of(blocks, is_file)) {
    Files files;
    for (const Block& block : blocks) files[block.what] = block.text;
    return check_project_of(std::move(files));
  }
  if (blocks.size() == 1 && blocks.front().language == "endcap")
    return check_module("example.endcap", blocks.front().text);
  return check_project_of(desk(blocks));
}

}  // namespace endcap::language
