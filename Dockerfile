# The server. `--build-arg EXTRAS=` leaves ClickHouse's library out: enough for `spanhouse collector` and `query`.
FROM python:3.13-slim AS build
ARG EXTRAS=[embedded]
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY spanhouse spanhouse
COPY ui ui
COPY query query
COPY collector collector
COPY storage storage
COPY instrumentation instrumentation
RUN python -m venv /opt/spanhouse \
 && /opt/spanhouse/bin/pip install --no-cache-dir -c constraints.txt ".${EXTRAS}" "./instrumentation[shop]"

FROM python:3.13-slim
COPY --from=build /opt/spanhouse /opt/spanhouse
RUN useradd --system --create-home --home-dir /var/lib/spanhouse spanhouse
USER spanhouse
WORKDIR /var/lib/spanhouse
ENV PATH=/opt/spanhouse/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    SPANHOUSE_HOST=0.0.0.0 \
    SPANHOUSE_DATA=/var/lib/spanhouse/data
# OTLP/gRPC, OTLP/HTTP, Zipkin, pages and API
EXPOSE 4317 4318 9411 16686
VOLUME /var/lib/spanhouse
STOPSIGNAL SIGTERM
ENTRYPOINT ["spanhouse"]
CMD ["serve"]
