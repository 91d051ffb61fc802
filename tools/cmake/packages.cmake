# Third-party packages, each as an interface target spk_pkg_NAME that layers.txt names as "+NAME".
# Debian's packages are found by pkg-config; the others are built by tools/deps into SPK_DEPS.
set(SPK_DEPS "$ENV{SPK_DEPS}" CACHE PATH "prefix that tools/deps filled")
if(NOT SPK_DEPS)
  message(FATAL_ERROR "SPK_DEPS is not set: run 'make build', "
    "or tools/deps and pass -DSPK_DEPS=$(tools/deps --prefix)")
endif()
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

# spk_system_package(name, pkg-config module)
function(spk_system_package name module)
  pkg_check_modules(${name} REQUIRED IMPORTED_TARGET ${module})
  add_library(spk_pkg_${name} INTERFACE)
  target_link_libraries(spk_pkg_${name} INTERFACE PkgConfig::${name})
endfunction()

# spk_loaded_package(name, pkg-config module): the headers alone, as the library is loaded when it
# is needed (base/library.h); NAME_linked is the library itself
function(spk_loaded_package name module)
  pkg_check_modules(${name} REQUIRED IMPORTED_TARGET ${module})
  add_library(spk_pkg_${name} INTERFACE)
  target_include_directories(spk_pkg_${name} SYSTEM INTERFACE ${${name}_INCLUDE_DIRS})
  add_library(spk_pkg_${name}_linked INTERFACE)
  target_link_libraries(spk_pkg_${name}_linked INTERFACE PkgConfig::${name})
endfunction()

# spk_built_package(name, libraries...): from the prefix of tools/deps
function(spk_built_package name)
  add_library(spk_pkg_${name} INTERFACE)
  target_include_directories(spk_pkg_${name} SYSTEM INTERFACE ${SPK_DEPS}/include)
  target_link_directories(spk_pkg_${name} INTERFACE ${SPK_DEPS}/lib)
  target_compile_definitions(spk_pkg_${name} INTERFACE SPK_DEPS_DIR="${SPK_DEPS}")
  target_link_libraries(spk_pkg_${name} INTERFACE ${ARGN})
endfunction()

spk_system_package(yaml yaml-0.1)
spk_loaded_package(xml2 libxml-2.0)
spk_system_package(pcre2 libpcre2-8)
spk_system_package(crypto libcrypto)
spk_loaded_package(curl libcurl)
spk_system_package(sqlite3 sqlite3)
spk_system_package(zlib zlib)
spk_system_package(microhttpd libmicrohttpd)
spk_system_package(cmocka cmocka)
spk_built_package(yyjson yyjson)
spk_built_package(anyascii anyascii)
spk_built_package(carquet carquet zstd lz4 z m Threads::Threads)
spk_built_package(adbc adbc_driver_manager stdc++ dl)
add_library(spk_pkg_math INTERFACE)
target_link_libraries(spk_pkg_math INTERFACE m)
