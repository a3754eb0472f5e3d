// Projects and schema files for tests, written into a folder that goes away.
#pragma once

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "compiler/schema/project.h"

namespace endcap::test {

// A small EDMX around the given Schema children.
inline std::string edmx(const std::string& schema_content) {
  return R"(<?xml version="1.0" encoding="utf-8"?>
<edmx:Edmx Version="1.0" xmlns:edmx="http://schemas.microsoft.com/ado/2007/06/edmx"
  xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata" xmlns:s="http://www.sap.com/Protocols/SAPData">
<edmx:DataServices m:DataServiceVersion="2.0">
<Schema Namespace="desk" xmlns="http://schemas.microsoft.com/ado/2008/09/edm">)" +
         schema_content + "</Schema></edmx:DataServices></edmx:Edmx>\n";
}

using Kinds = std::vector<DiagnosticKind>;

inline std::string csdl4(const std::string& schema_content) {
  return R"(<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx">
<edmx:Reference Uri="http://example.org/other.xml"><edmx:Include Namespace="other.types" Alias="Other"/></edmx:Reference>
<edmx:DataServices><Schema Namespace="desk" Alias="Self" xmlns="http://docs.oasis-open.org/odata/ns/edm">)" +
         schema_content + "</Schema></edmx:DataServices></edmx:Edmx>\n";
}

class ProjectFixture {
 public:
  ProjectFixture() {
    std::string name = (std::filesystem::temp_directory_path() / "endcap-project-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()));
    folder = name;
  }
  ~ProjectFixture() { std::filesystem::remove_all(folder); }
  ProjectFixture(const ProjectFixture&) = delete;
  ProjectFixture& operator=(const ProjectFixture&) = delete;

  void write(const std::string& path, const std::string& text) {
    std::filesystem::create_directories((folder / path).parent_path());
    std::ofstream(folder / path, std::ios::binary) << text;
  }

  Project load() {
    diagnostics = {};
    sources = {};
    return load_project(folder, sources, diagnostics);
  }

  std::optional<schema::Schema> import(const std::string& text) {
    write("metadata.xml", text);
    diagnostics = {};
    sources = {};
    return import_schema(folder / "metadata.xml", "metadata.xml", sources, diagnostics);
  }

  std::vector<DiagnosticKind> kinds() const {
    std::vector<DiagnosticKind> result;
    for (auto& one : diagnostics.all()) result.push_back(one.kind);
    return result;
  }
  std::vector<std::string> codes() const {
    std::vector<std::string> result;
    for (auto& one : diagnostics.all()) result.emplace_back(info(one.kind).code);
    return result;
  }

  // The message of the one diagnostic there should be.
  std::string only(DiagnosticKind kind) const {
    std::string all;
    for (auto& one : diagnostics.all()) all += "\n  " + std::string(info(one.kind).code) + " " + message(one);
    INFO("diagnostics:" << all);
    REQUIRE(diagnostics.all().size() == 1);
    CHECK(info(diagnostics.all()[0].kind).name == info(kind).name);
    return message(diagnostics.all()[0]);
  }
  std::string marked(size_t index = 0) const {
    return std::string(sources.text(diagnostics.all().at(index).span));
  }

  std::filesystem::path folder;
  SourceMap sources;
  Diagnostics diagnostics;
};

}  // namespace endcap::test
