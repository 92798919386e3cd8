/// <reference types="vite/client" />
declare module "virtual:guide/*" {
  const pages: import("@/shared/guide-pages").GuidePage[];
  export default pages;
}
